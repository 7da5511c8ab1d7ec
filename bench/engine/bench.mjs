// The engine beside llama.cpp. Started by bench/engine/run, from the root of the repository.
import { spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import path from 'node:path';
import { Machine, median, round } from './machine.mjs';
import { bandwidth, library, modelFile, obstacle, prepare, reference, schemaBench, work } from './tools.mjs';
import { readWords } from './words.mjs';

const Threads = 2;
const Prompt = 512;
const Rounds = 3;
const LeastGeneration = { q4_0: 1.1, q8_0: 1.1, f16: 0.9 }; // least generation beside the build without AMX

const { options } = readWords(process.argv.slice(2));
const generate = options.quick ? 64 : 128;
const samples = options.keep ? path.join(work, 'samples.jsonl') : null;
const types = Object.keys(LeastGeneration).filter(type => options.only.includes(type));
const results = [];
const skipped = [];
let engine;
let machine;

const name = type => type.toUpperCase();
const rate = value => (value >= 100 ? value.toFixed(0) : value.toFixed(1));

/** One number and its line. bar: { least } or { most }; none: only said. */
function report(text, value, unit, detail, bar = {}) {
  const met = bar.least === undefined && bar.most === undefined ? null : bar.least !== undefined ? value >= bar.least : value <= bar.most;
  const limit = met === null ? '' : ` (bar ${bar.least !== undefined ? `${bar.least} at least` : `${bar.most} at most`})`;
  results.push({ text, value: round(value, 3), unit, met, ...bar });
  console.log(`${met === null ? '    ' : met ? 'ok  ' : 'MISS'} ${text.padEnd(58)} ${value.toFixed(2)} ${unit}${limit}${detail ? `: ${detail}` : ''}`);
}

const ours = (type, words = {}) => {
  const asked = { prompt: Prompt, generate, threads: Threads, runs: 1, ...words };
  return machine.measure(`signalbox ${type}`, engine, ['model', 'bench', modelFile('1b', type), ...Object.entries(asked).flatMap(([word, value]) => [`--${word}`, String(value)]), '--json']);
};

/** Its arguments after the library: prompt, generation, threads, runs, whether weights are repacked. */
const theirs = (type, build, repacks, count = generate) =>
  machine.measure(`llama.cpp ${build} ${type}${repacks ? '' : ' without repacking'}`, reference, [modelFile('1b', type), library(build), Prompt, count, Threads, 1, repacks ? 1 : 0].map(String));

const middle = (runs, key) => median(runs.map(run => run[key]));

function besideReference(type) {
  const builds = ['icelake', 'sapphirerapids'].filter(build => obstacle(build) === null);
  const runs = { signalbox: [], plain: [], icelake: [], sapphirerapids: [] };
  for (let round = 0; round < Rounds; round++) {
    runs.signalbox.push(ours(type));
    for (const build of builds) runs[build].push(theirs(type, build, true));
    // Memory and load only: its generation is not waited for.
    runs.plain.push(theirs(type, 'icelake', false, 1));
  }

  const [tg, pp] = [middle(runs.signalbox, 'tg_tok_s'), middle(runs.signalbox, 'pp_tok_s')];
  for (const build of builds) {
    const [theirTg, theirPp] = [middle(runs[build], 'tg_tok_s'), middle(runs[build], 'pp_tok_s')];
    const amx = build === 'sapphirerapids';
    report(`generation, ${name(type)}, beside ${build}`, tg / theirTg, 'x', `${rate(tg)} and ${rate(theirTg)} tokens/s${amx ? '; aim 0.9' : ''}`, amx ? {} : { least: LeastGeneration[type] });
    report(`prompt of ${Prompt}, ${name(type)}, beside ${build}`, pp / theirPp, 'x', `${rate(pp)} and ${rate(theirPp)} tokens/s`, { least: amx ? 0.35 : 0.8 });
  }

  const [memory, theirMemory] = [middle(runs.signalbox, 'peak_rss_MiB'), middle(runs.plain, 'peak_rss_MiB')];
  const [load, theirLoad] = [middle(runs.signalbox, 'load_ms'), middle(runs.plain, 'load_ms')];
  report(`memory, ${name(type)}, beside icelake without repacking`, memory / theirMemory, 'x', `${memory} and ${theirMemory} MiB`, { most: 1.1 });
  report(`load, ${name(type)}, beside icelake without repacking`, load / theirLoad, 'x', `${load.toFixed(0)} and ${theirLoad.toFixed(0)} ms`, { most: 1.2 });
  return runs.signalbox;
}

/** @param measured runs of q4_0 and f16 that other parts made already */
function besideF16(measured) {
  for (const type of ['q4_0', 'f16']) {
    measured[type] ??= [];
    while (measured[type].length < Rounds) measured[type].push(ours(type));
  }

  const [small, large] = ['peak_rss_MiB', 'tg_tok_s'].map(key => [middle(measured.q4_0, key), middle(measured.f16, key)]);
  report('memory, Q4_0 beside F16', 100 * (small[0] / small[1] - 1), '%', `${small[0]} and ${small[1]} MiB`, { most: -70 });
  report('generation, Q4_0 beside F16', large[0] / large[1], 'x', `${rate(large[0])} and ${rate(large[1])} tokens/s`, { least: 2.5 });
}

function conversations() {
  const [one, eight] = [[], []];
  for (let round = 0; round < Rounds; round++) {
    one.push(ours('q4_0', { prompt: 0 }));
    eight.push(ours('q4_0', { prompt: 0, parallel: 8 }));
  }

  const [alone, together] = [middle(one, 'tg_tok_s'), middle(eight, 'tg_tok_s')];
  report('8 conversations at once, Q4_0, beside one', together / alone, 'x', `${rate(together)} and ${rate(alone)} tokens/s`, { least: 2.2 });
}

function schema() {
  for (const preset of ['1b', '110u']) {
    const count = preset === '1b' ? generate : 4 * generate;
    const runs = machine.measure(`schema ${preset}`, schemaBench, ['schema', modelFile(preset, 'q4_0'), '--generate', String(count), '--threads', String(Threads), '--runs', String(Rounds)]);
    report(`held to a JSON schema, ${preset} Q4_0, beside free`, 100 * (1 - runs.schema_tok_s / runs.free_tok_s), '%', `${rate(runs.schema_tok_s)} and ${rate(runs.free_tok_s)} tokens/s`, { most: 15 });
  }
}

/** The rows of two threads that do not fit any cache. */
function sayBandwidth() {
  const rows = spawnSync(bandwidth, [], { encoding: 'utf8' }).stdout.trim().split('\n').map(line => JSON.parse(line));
  for (const { MB, GB_s_median: speed } of rows.filter(row => row.threads === Threads && row.MB > 600)) {
    report(`memory read by ${Threads} threads, ${MB} MB`, speed, 'GB/s', null);
  }
}

const needsReference = types.length > 0;
const absent = needsReference ? obstacle('icelake') : null;
if (absent) {
  console.error(`error: llama.cpp's build for icelake does not run here: ${absent}. Use --only types,parallel,schema.`);
  process.exit(2);
}

try {
  const models = [...types.map(type => `1b-${type}`), ...(options.only.includes('types') ? ['1b-q4_0', '1b-f16'] : []),
    ...(options.only.includes('parallel') ? ['1b-q4_0'] : []), ...(options.only.includes('schema') ? ['1b-q4_0', '110u-q4_0'] : [])];
  engine = prepare({ models, needsReference, needsSchemaBench: options.only.includes('schema') });
} catch (error) {
  console.error(`error: ${error.message}`);
  process.exit(2);
}

if (samples) rmSync(samples, { force: true });
machine = new Machine(samples);
const start = Date.now();
console.log(`${cpus()[0].model}, ${availableParallelism()} CPUs, ${Threads} threads, median of ${Rounds}${options.quick ? ', quick' : ''}`);
try {
  if (needsReference) {
    sayBandwidth();
    const amx = obstacle('sapphirerapids');
    if (amx) skipped.push(`llama.cpp's build for sapphirerapids: ${amx}`);
  }

  const measured = {};
  for (const type of types) measured[type] = besideReference(type);
  if (options.only.includes('types')) besideF16(measured);
  if (options.only.includes('parallel')) conversations();
  if (options.only.includes('schema')) schema();
} catch (error) {
  console.error(`error: ${error.message}`);
  process.exit(1);
}

for (const reason of skipped) console.log(`SKIPPED ${reason}`);
if (machine.disturbed > 0) console.log(`${machine.disturbed} runs were kept although the machine was busy each time; the numbers may be worse than they are.`);
const missed = results.filter(result => result.met === false).length;
console.log(`${missed === 0 ? 'Every bar was met' : `${missed} of ${results.filter(result => result.met !== null).length} bars were missed`}, ${((Date.now() - start) / 1000).toFixed(0)} s.`);
if (options.json) writeFileSync(options.json, JSON.stringify({ processor: cpus()[0].model, threads: Threads, quick: options.quick, disturbed: machine.disturbed, skipped, results }, null, 2) + '\n');
process.exit(missed === 0 ? 0 : 1);
