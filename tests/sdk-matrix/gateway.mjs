// One Signalbox server over all upstreams, with a configuration and a data folder of its own.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort, linesOf } from './processes.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..');

/** What the gateway must present to an upstream instead of the caller's key. */
export const providerKey = upstream => `key-of-${upstream.provider}`;
export const modelOf = upstream => `${upstream.provider}/${upstream.model}`;

/** The program and its first words. */
export const commandOf = () => (process.env.SIGNALBOX_CMD ?? path.join(root, 'signalbox')).split(/\s+/);

export async function writeConfig(upstreams, taps, folder) {
  const providers = {};
  for (const upstream of upstreams) {
    const provider = { dialect: upstream.name, baseUrl: taps[upstream.name].baseUrl };
    providers[upstream.provider] = { ...provider, ...(upstream.takesNoKey ? { locality: 'local' } : { apiKey: providerKey(upstream) }) };
  }
  const file = path.join(folder, 'signalbox.json');
  await writeFile(file, JSON.stringify({ providers }, null, 2));
  return file;
}

export async function startGateway(configFile, folder) {
  const [command, ...first] = commandOf();
  const url = `http://127.0.0.1:${await freePort()}`;
  const logFile = path.join(folder, 'gateway.log');
  const log = createWriteStream(logFile);
  const args = [...first, 'serve', '--config', configFile, '--urls', url, '--data', path.join(folder, 'data')];
  // A group of its own: the launcher may keep the server as a child.
  const child = spawn(command, args, { cwd: root, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const stop = signal => { try { process.kill(-child.pid, signal); } catch { /* already gone */ } };
  process.once('exit', () => stop('SIGKILL'));
  await linesOf(child, line => line.startsWith('Signalbox is listening on'), 300_000, command, line => log.write(line + '\n'));
  return {
    url, logFile,
    async close() {
      if (child.exitCode !== null) return;
      const timer = setTimeout(() => stop('SIGKILL'), 5_000);
      stop('SIGTERM');
      await once(child, 'exit');
      clearTimeout(timer);
    },
  };
}
