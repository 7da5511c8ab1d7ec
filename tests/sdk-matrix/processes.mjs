// Starting child processes and knowing, by what they print, that they are ready.
import { createInterface } from 'node:readline';
import net from 'node:net';
import { once } from 'node:events';

export async function freePort() {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

/** Resolves with the line that says the process is ready; keeps reading afterwards so that its pipe never fills. */
export function linesOf(child, isReady, timeoutMs, name, log = () => {}) {
  return new Promise((resolve, reject) => {
    const last = [];
    const seen = line => {
      log(line);
      last.push(line);
      if (last.length > 20) last.shift();
      if (isReady(line)) finish(() => resolve(line));
    };
    const finish = settle => { clearTimeout(timer); settle(); };
    const fail = why => finish(() => reject(new Error(`${name} ${why}\n${last.join('\n')}`)));
    const timer = setTimeout(() => fail(`was not ready after ${timeoutMs / 1000} s`), timeoutMs);
    for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream }).on('line', seen);
    child.once('error', error => fail(`could not be started: ${error.message}`));
    child.once('exit', code => fail(`ended with exit code ${code}`));
  });
}
