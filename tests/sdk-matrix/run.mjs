#!/usr/bin/env node
// Official client SDKs, through one running Signalbox server, to every upstream dialect. See README.md.
import { existsSync } from 'node:fs';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { startMock } from './aimock.mjs';
import { Cell, within } from './cell.mjs';
import { clientsByName } from './clients/index.mjs';
import { modelOf, providerKey, startGateway, writeConfig } from './gateway.mjs';
import { cells as allCells, clients, scenarios, upstreams } from './matrix.mjs';
import { checkDocs, printResults, summaryOf, writeDocs } from './report.mjs';
import { scenariosByKey } from './scenarios/index.mjs';
import { faults, startFaultyProxy } from './selftest.mjs';
import { startTap } from './tap.mjs';
import { upstreamsByName } from './upstreams/index.mjs';

const help = `node tests/sdk-matrix/run.mjs [options]
  --gateway URL     a server that is already running (started with the configuration that --print-config writes)
  --direct          no gateway: every SDK against the mock of its own dialect, which checks the scenarios themselves
  --self-test       shows that the scenarios notice faults: a proxy with one fault at a time instead of the gateway
  --only F=A,B ...  only these cells; F is client, upstream or scenario; may be repeated
  --json FILE       the results as JSON
  --write-docs      writes docs/sdk-matrix.md from the results
  --check-docs      fails when docs/sdk-matrix.md does not say what was measured
  --verbose         with --self-test: what each scenario noticed
  --jobs N          cells at once (16)
  --upstream-ports P  first of five fixed ports for the upstreams, for use with --gateway
  --print-config FILE with --upstream-ports: writes the server's configuration and stops
  --keep FOLDER     keeps the server's log and configuration there
clients: ${clients.join(', ')}
upstreams: ${upstreams.join(', ')}
scenarios: ${scenarios.map(s => s.key).join(', ')}
SIGNALBOX_CMD in the environment replaces ./signalbox.`;

const cellTimeoutMs = 60_000;

function readOptions() {
  const { values } = parseArgs({
    options: {
      gateway: { type: 'string' }, direct: { type: 'boolean' }, 'self-test': { type: 'boolean' }, only: { type: 'string', multiple: true, default: [] },
      json: { type: 'string' }, 'write-docs': { type: 'boolean' }, 'check-docs': { type: 'boolean' }, jobs: { type: 'string', default: '16' },
      'upstream-ports': { type: 'string' }, 'print-config': { type: 'string' }, keep: { type: 'string' }, verbose: { type: 'boolean' }, help: { type: 'boolean', short: 'h' },
    },
  });
  const only = {};
  for (const entry of values.only.flatMap(o => o.split(/,(?=\w+=)/))) {
    const [field, names] = entry.split('=');
    const known = { client: clients, upstream: upstreams, scenario: scenarios.map(s => s.key) }[field];
    const wrong = known ? (names ?? '').split(',').filter(n => !known.includes(n)) : [field];
    if (wrong.length > 0) throw new Error(`--only ${entry}: unknown ${wrong.join(', ')}; known: ${(known ?? ['client', 'upstream', 'scenario']).join(', ')}`);
    only[field] = names.split(',');
  }
  return { ...values, only, jobs: Number(values.jobs), direct: values.direct || values['self-test'] };
}

async function main() {
  let options;
  try {
    options = readOptions();
  } catch (error) {
    console.error(error.message);
    return 2;
  }
  if (options.help) {
    console.log(help);
    return 0;
  }
  const folder = await mkdtemp(path.join(os.tmpdir(), 'signalbox-sdk-matrix-'));
  try {
    return await runIn(folder, options);
  } catch (error) {
    // Nothing was measured: a mock or a server that does not start.
    console.log(`FAILED ${error.message.trim()}\n0 passed, 1 failed, 0 skipped`);
    return 1;
  } finally {
    if (options.keep) await cp(folder, options.keep, { recursive: true });
    await rm(folder, { recursive: true, force: true });
  }
}

async function runIn(folder, options) {
  const chosen = allCells({ direct: options.direct, only: options.only });
  const running = new Map();
  const taps = {};
  const closing = [];
  try {
    const mock = await startMock(chosen, upstreamsByName, folder);
    closing.push(mock);
    for (const [i, name] of upstreams.entries()) {
      const port = options['upstream-ports'] ? Number(options['upstream-ports']) + i : 0;
      closing.push(taps[name] = await startTap(upstreamsByName[name], mock.url, id => running.get(id), port));
    }
    const config = await writeConfig(Object.values(upstreamsByName), taps, folder);
    if (options['print-config']) {
      await cp(config, options['print-config']);
      return 0;
    }
    if (options['self-test']) return await selfTest(chosen, options, taps, running);
    let gateway = options.gateway && { url: options.gateway };
    if (!gateway && !options.direct) closing.push(gateway = await startGateway(config, folder));

    const started = performance.now();
    const results = await runAll(chosen, options, cell => targetOf(cell, gateway, taps), running);
    const seconds = (performance.now() - started) / 1000;
    return await report(results, seconds, options);
  } finally {
    for (const thing of closing.reverse()) await thing.close();
  }
}

function targetOf({ upstream: name }, gateway, taps) {
  const upstream = upstreamsByName[name];
  if (gateway) return { url: gateway.url, callerKey: 'key-of-the-caller', providerKey: providerKey(upstream), model: modelOf(upstream) };
  return { direct: true, url: taps[name].url, callerKey: providerKey(upstream), providerKey: providerKey(upstream), model: upstream.model };
}

/** Every fault must make every cell of the scenarios that are there to notice it fail. */
async function selfTest(chosen, options, taps, running) {
  let passed = 0;
  let failed = 0;
  for (const fault of faults) {
    const proxies = Object.fromEntries(await Promise.all(upstreams.map(async name => [name, await startFaultyProxy(fault, taps[name].url)])));
    const faultless = fault.noticedBy.length === 0;
    const noticing = chosen.filter(c => faultless || fault.noticedBy.includes(c.scenario));
    const results = await runAll(noticing, options, cell => ({ ...targetOf(cell, undefined, taps), url: proxies[cell.upstream].url }), running);
    for (const proxy of Object.values(proxies)) proxy.close();
    for (const { client, scenario, status, reason } of results) {
      const right = faultless === (status === 'passed');
      if (right) passed++;
      else failed++;
      if (!right) console.log(`FAILED ${client}, ${scenario}, through a proxy that ${fault.name}: ${reason ?? 'not noticed'}`);
      else if (options.verbose && reason) console.log(`noticed: ${client}, ${scenario}, a proxy that ${fault.name}: ${reason}`);
    }
  }
  console.log(`${passed} passed, ${failed} failed, 0 skipped`);
  return failed > 0 ? 1 : 0;
}

/** As many at once as asked for; then, a few at a time, those that hold the gateway to a time and not only to an answer. */
async function runAll(chosen, { jobs }, target, running) {
  const results = [];
  const timed = chosen.filter(c => c.scenario === 'abort');
  await runSome(chosen.filter(c => !timed.includes(c)), jobs, target, running, results);
  await runSome(timed, Math.min(jobs, 3), target, running, results);
  return chosen.map(c => results.find(r => r.id === c.id));
}

async function runSome(cells, jobs, target, running, results) {
  const queue = [...cells];
  const worker = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      const cell = new Cell(next, clientsByName[next.client], upstreamsByName[next.upstream], target(next));
      running.set(next.id, cell);
      const started = performance.now();
      const reason = await within(cellTimeoutMs, 'the whole cell', scenariosByKey[next.scenario](cell)).then(() => undefined, reasonOf);
      results.push({ ...next, status: reason ? 'failed' : 'passed', reason, ms: Math.round(performance.now() - started) });
    }
  };
  await Promise.all(Array.from({ length: jobs }, worker));
}

function reasonOf(error) {
  const cause = error?.cause ? ` (${error.cause.code ?? error.cause.message})` : '';
  return `${error?.name === 'AssertionError' ? '' : `${error?.name}: `}${error?.message}${cause}`.replace(/\s+/g, ' ').slice(0, 700) || 'failed';
}

async function report(results, seconds, options) {
  const problems = [];
  const complete = Object.keys(options.only).length === 0 && !options.direct;
  if (options['write-docs'] && complete) await writeDocs(results);
  if (options['check-docs'] && complete && !await checkDocs(results)) {
    problems.push('docs/sdk-matrix.md does not say what was measured: run node tests/sdk-matrix/run.mjs --write-docs');
  }
  const summary = summaryOf(results, problems);
  if (options.json) await writeFile(options.json, JSON.stringify({ ...summary, seconds, cells: results, problems }, null, 2));
  printResults(results, problems, seconds);
  return summary.failed > 0 ? 1 : 0;
}

if (!existsSync(new URL('./node_modules/openai', import.meta.url))) {
  console.error('The client SDKs are not installed: run npm ci in tests/sdk-matrix.');
  process.exit(2);
}
// Connections that an aborted or cut call left behind must not keep the process alive.
process.exit(await main());
