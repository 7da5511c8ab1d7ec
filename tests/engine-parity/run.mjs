// The engine's logits beside llama.cpp's. See README.md.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { cases } from './cases.mjs';
import { compareEmbeddings, compareLogits, parseSteps } from './compare.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.resolve(here, '../..');
const shared = path.resolve(root, '../shared/engine');
// Inside node_modules, because the shared scripts must find the package from where they lie, and git ignores it.
const work = path.join(here, 'node_modules/.work');
const models = path.join(work, 'models');
const binaries = name => path.join(root, 'artifacts/bin', name, 'release', name);
const python = ['/usr/bin/python3', 'python3'].find(p => spawnSync(p, ['-c', 'import numpy']).status === 0);

function run(command, args, env = {}) {
  const ended = spawnSync(command, args, { cwd: work, env: { ...process.env, ...env }, encoding: 'utf8', maxBuffer: 1 << 30 });
  if (ended.status !== 0) {
    throw new Error(`${path.basename(command)} ${args.slice(0, 3).join(' ')}: ${(ended.stderr || ended.error?.message || `exit code ${ended.status}`).trim().split('\n')[0]}`);
  }
  return ended.stdout;
}

const reference = (model, args) => run(process.execPath, ['eval.mjs', model, ...args]);
const signalbox = (model, args, verb = 'eval') => {
  const built = binaries('Signalbox.Server');
  return run(process.env.SIGNALBOX_CMD ?? (existsSync(built) ? built : path.join(root, 'signalbox')), ['model', verb, model, ...args]);
};

/** The case's model, made once; nothing where it cannot be made here. */
function make(one) {
  const file = path.join(models, `${one.model}.gguf`);
  if (existsSync(file)) return file;
  if (!one.preset) return null;
  const made = run(python, ['mk_gguf.py', '--preset', one.preset, '--type', one.type, '--seed', one.seed ?? '1', '--out', file,
    '--ggml-lib', path.join(here, 'node_modules/@node-llama-cpp/linux-x64/bins/linux-x64/libggml-base.so')]);
  return made !== null && file;
}

function makeAdapter(one) {
  const file = path.join(models, `${one.preset}-lora${one.lora.seed}.gguf`);
  if (!existsSync(file)) run(python, ['mk_gguf.py', '--preset', one.preset, '--lora', '--rank', one.lora.rank, '--alpha', one.lora.alpha, '--seed', one.lora.seed, '--out', file]);
  return ['--lora', one.lora.scale ? `${file}:${one.lora.scale}` : file];
}

/** An adapter that the engine trains in a second: how it is stored is what the two must agree on. */
function trainAdapter(one, model) {
  const folder = path.join(models, `${one.model}-trained`);
  const data = path.join(models, 'lines.txt');
  writeFileSync(data, 'the cat is in the hat\nan error is an error\nthe red hen ran on\n');
  rmSync(folder, { recursive: true, force: true });
  signalbox(model, [data, '--out', folder, '--epochs', '30', '--batch-tokens', '32', '--validation', '0', '--threads', '1', '--quiet', ...one.trained], 'finetune');
  return ['--lora', path.join(folder, 'adapter.gguf')];
}

function check(one) {
  const model = make(one);
  const common = ['--full', '--kv', one.kv ?? 'F32', '--threads', '2', ...(one.lora ? makeAdapter(one) : one.trained ? trainAdapter(one, model) : [])];
  if (one.embedding) {
    const vector = JSON.parse(run(process.execPath, [path.join(here, 'embed.mjs'), model, one.tokens.join(',')]));
    return compareEmbeddings(vector, signalbox(model, ['--tokens', one.tokens.join(','), '--threads', '2']), one.limits);
  }

  const expected = parseSteps(reference(model, ['--tokens', one.tokens.join(','), '--n', String(one.n), ...common]));
  // Exact cases go on by themselves, token by token. Others are given the reference's tokens, in one piece.
  const forced = [...one.tokens, ...expected.greedy.slice(0, -1)];
  const actual = parseSteps(one.forced
    ? signalbox(model, ['--tokens', forced.join(','), '--n', '1', ...common])
    : signalbox(model, ['--tokens', one.tokens.join(','), '--n', String(one.n), ...common]));
  return compareLogits(expected, actual, one);
}

function prepare() {
  mkdirSync(models, { recursive: true });
  for (const script of ['eval.mjs', 'nlc.mjs', 'mk_gguf.py']) cpSync(path.join(shared, script), path.join(work, script));
  const writer = binaries('Signalbox.Inference.Tests');
  if (existsSync(writer)) run(writer, ['-noColor', '-class', '*ParityModels'], { SIGNALBOX_PARITY_MODELS: models });
}

const only = process.argv.slice(2).filter(a => !a.startsWith('-'));
const all = process.argv.includes('--all');
const counts = { passed: 0, failed: 0, skipped: 0 };
prepare();
for (const one of cases.filter(c => only.length > 0 ? only.some(o => c.name.includes(o)) : all || !c.slow)) {
  const start = Date.now();
  const lacking = one.preset && !python ? 'Python with numpy is not installed' : !one.preset && !existsSync(path.join(models, `${one.model}.gguf`)) ? 'tests/Signalbox.Inference.Tests is not built' : null;
  let result;
  try {
    result = lacking ? { skipped: lacking } : check(one);
  } catch (error) {
    result = { problem: error.message };
  }
  const outcome = result.skipped ? 'skipped' : result.problem ? 'failed' : 'passed';
  counts[outcome]++;
  const words = { passed: 'ok     ', failed: 'FAILED ', skipped: 'SKIPPED' }[outcome];
  console.log(`${words} ${one.name}: ${[result.problem, result.skipped, result.text].filter(Boolean).join('; ')} (${((Date.now() - start) / 1000).toFixed(1)} s)`);
}
if (!process.argv.includes('--keep')) rmSync(models, { recursive: true, force: true });
console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
process.exit(counts.failed > 0 ? 1 : 0);
