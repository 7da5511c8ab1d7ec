#!/usr/bin/env node
// The model that Signalbox brings, its fine-tune and two hosted ones (aimock, each as slow as it is told), behind one running server:
// compared, and switched while callers ask 100 times a second.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { fileURLToPath } from 'node:url';
import { commandOf, startGateway } from './gateway.mjs';
import { freePort, linesOf } from './processes.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const question = 'What are ATM fees?';
const [custom, qlora, vllm, gemini] =
  ['custom_model_built_0.0.0', 'qlora_finetuned_model_v1.0.0', 'qlora_vllm_finetuned_model_v1.0.0', 'gemini_2.0_flash_v1.0.0'];
const said = { [vllm]: 'The second bank charges nothing.', [gemini]: 'Gemini says two euros.' };

const checks = {
  'a benchmark prints the versions in the order of the delays that they were given': async ({ config, folder }) => {
    const prompts = path.join(folder, 'prompts.jsonl');
    await writeFile(prompts, JSON.stringify({ prompt: question }) + '\n');
    const [command, ...first] = commandOf();
    const words = ['bench', '--models', [gemini, vllm, custom].join(','), '--prompts', prompts, '--runs', '6', '--json', '--config', config, '--data', folder];
    const { stdout } = await promisify(execFile)(command, [...first, ...words]);
    const report = JSON.parse(stdout);
    const latency = name => report.models.find(row => row.model === name).latency_ms.median;
    const order = [gemini, vllm, custom].sort((a, b) => latency(a) - latency(b));
    assert.deepEqual(order, [custom, vllm, gemini]);
    assert.equal(report.fastest.model, custom);
    const pairs = report.pairs.filter(pair => pair.measure === 'latency');
    assert.equal(pairs.length, 3);
    for (const pair of pairs) assert.equal(pair.verdict === 'no difference shown', false, JSON.stringify(pair));
  },

  'switching under 100 requests a second loses none, and every answer is of the version that it names': async ({ url }) => {
    const own = {};
    for (const version of [custom, qlora, vllm, gemini]) {
      assert.equal((await post(`${url}/api/v1/model/switch/${version}`)).status, 200);
      const answer = await ask(url);
      assert.equal(answer.body.model_version, version);
      own[version] = answer.body.response;
    }
    assert.equal(own[vllm], said[vllm]);
    assert.equal(own[gemini], said[gemini]);
    assert.equal(new Set(Object.values(own)).size, 4, 'the versions answer alike, so that a mixed answer could not be told');

    const answers = [];
    const seconds = 6;
    const started = performance.now();
    const switching = (async () => {
      for (let i = 0; performance.now() - started < seconds * 1000; i++) {
        assert.equal((await post(`${url}/api/v1/model/switch/${[gemini, custom, vllm, qlora][i % 4]}`)).status, 200);
      }
    })();
    for (let sent = 0; sent < seconds * 100; sent++) {
      await new Promise(go => setTimeout(go, Math.max(0, started + sent * 10 - performance.now())));
      answers.push(ask(url));
    }
    await switching;
    const seen = new Set();
    for (const { status, body } of await Promise.all(answers)) {
      assert.equal(status, 200, JSON.stringify(body));
      assert.equal(body.response, own[body.model_version], `said under the name of ${body.model_version}`);
      seen.add(body.model_version);
    }
    assert.deepEqual([...seen].sort(), Object.keys(own).sort());
  },
};

async function ask(url) {
  return await post(`${url}/api/v1/chat`, { message: question, temperature: 0 });
}

async function post(url, body) {
  const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: body && JSON.stringify(body) });
  return { status: response.status, body: await response.json() };
}

/** Any message is answered with the one text, after so many milliseconds. */
async function startHosted(text, milliseconds, folder, name) {
  const file = path.join(folder, `${name}.json`);
  await writeFile(file, JSON.stringify({ fixtures: [{ match: {}, response: { content: text } }] }));
  const port = await freePort();
  const program = path.join(here, 'node_modules', '@copilotkit', 'aimock', 'dist', 'cli.js');
  const mock = spawn(process.execPath, [program, '-p', String(port), '-f', file, '--chaos-latency', String(milliseconds)], { stdio: ['ignore', 'pipe', 'pipe'] });
  await linesOf(mock, line => line.includes('listening on'), 30_000, 'aimock');
  return { port, close: () => mock.kill() };
}

const folder = await mkdtemp(path.join(os.tmpdir(), 'signalbox-versions-'));
const closing = [];
let passed = 0;
let failed = 0;
try {
  const hosted = await startHosted(said[gemini], 900, folder, 'gemini');
  closing.push(hosted);
  const served = await startHosted(said[vllm], 400, folder, 'vllm');
  closing.push(served);
  const config = path.join(folder, 'signalbox.json');
  await writeFile(config, JSON.stringify({
    providers: {
      gemini: { dialect: 'gemini', baseUrl: `http://127.0.0.1:${hosted.port}`, apiKey: 'key-of-gemini' },
      vllm: { dialect: 'openai-chat', baseUrl: `http://127.0.0.1:${served.port}/v1` },
    },
  }));
  const gateway = await startGateway(config, folder);
  closing.push(gateway);
  for (const [name, check] of Object.entries(checks)) {
    try {
      await check({ url: gateway.url, config, folder });
      passed++;
    } catch (error) {
      failed++;
      console.log(`FAILED ${name}: ${error.message.replace(/\s+/g, ' ').slice(0, 700)}`);
    }
  }
} catch (error) {
  failed++;
  console.log(`FAILED ${error.message.trim()}`);
} finally {
  for (const thing of closing.reverse()) await thing.close();
  await rm(folder, { recursive: true, force: true });
}
console.log(`${passed} passed, ${failed} failed, 0 skipped`);
process.exit(failed > 0 ? 1 : 0);
