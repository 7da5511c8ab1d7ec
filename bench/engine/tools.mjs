// What the bench needs and makes once: the other engine from its npm package, its program in C, the models, this engine.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const NodeLlamaVersion = '3.22.1';
const Presets = { '1b': ['q4_0', 'q8_0', 'f16'], '110u': ['q4_0'] };

export const root = process.cwd();
export const work = path.join(root, 'artifacts/bench/engine');
const shared = path.join(root, '../shared/engine');
const binaries = path.join(work, 'node_modules/@node-llama-cpp/linux-x64/bins/linux-x64');

export const modelFile = (preset, type) => path.join(work, 'models', `${preset}-${type}.gguf`);
export const library = build => path.join(binaries, `libggml-cpu-${build}.so`);
export const reference = path.join(work, 'cbench');
export const bandwidth = path.join(work, 'membw');
export const schemaBench = path.join(root, 'artifacts/bin/Signalbox.Benchmarks/release/Signalbox.Benchmarks');

function run(what, command, args, options = {}) {
  const ended = spawnSync(command, args, { cwd: work, encoding: 'utf8', maxBuffer: 1 << 26, ...options });
  if (ended.status !== 0) {
    throw new Error(`${what}: ${path.basename(command)} ended with ${ended.status ?? ended.error?.message}: ${[ended.stdout, ended.stderr].join('\n').trim().split('\n').slice(-3).join(' | ')}`);
  }
}

function install() {
  const manifest = JSON.stringify({ private: true, dependencies: { 'node-llama-cpp': NodeLlamaVersion, '@node-llama-cpp/linux-x64': NodeLlamaVersion } });
  const stamp = path.join(work, 'node_modules/.installed');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === manifest) return;
  console.error(`Installing node-llama-cpp ${NodeLlamaVersion} ...`);
  writeFileSync(path.join(work, 'package.json'), manifest);
  // The package's own script would build or download the engine; the binaries of its release are a package. The optional packages are those of
  // every other platform.
  run('npm install', 'npm', ['install', '--no-package-lock', '--omit=optional', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel', 'error'],
    { env: { ...process.env, NODE_LLAMA_CPP_SKIP_DOWNLOAD: 'true' } });
  rmSync(path.join(work, 'headers'), { recursive: true, force: true });
  rmSync(reference, { force: true });
  writeFileSync(stamp, manifest);
}

function compile() {
  const headers = path.join(work, 'headers');
  if (!existsSync(path.join(headers, 'include/llama.h'))) {
    rmSync(headers, { recursive: true, force: true });
    run('the headers', 'git', ['clone', '--quiet', path.join(work, 'node_modules/node-llama-cpp/llama/gitRelease.bundle'), headers]);
  }
  const libraries = ['libllama.v0.5.0.so', 'libggml.v0.5.0.so', 'libggml-base.so'].map(name => path.join(binaries, name));
  run('cbench.c', 'gcc', ['-O2', path.join(shared, 'cbench.c'), '-o', reference, `-I${headers}/include`, `-I${headers}/ggml/include`, ...libraries, `-Wl,-rpath,${binaries}`]);
  run('membw.c', 'gcc', ['-O3', '-march=native', '-pthread', path.join(shared, 'membw.c'), '-o', bandwidth]);
}

function makeModels(wanted) {
  mkdirSync(path.join(work, 'models'), { recursive: true });
  for (const [preset, types] of Object.entries(Presets)) {
    const missing = types.filter(type => wanted.includes(`${preset}-${type}`) && !existsSync(modelFile(preset, type)));
    if (missing.length === 0) continue;
    console.error(`Making ${missing.map(type => `${preset}-${type}.gguf`).join(', ')} ...`);
    run('mk_gguf.py', '/usr/bin/python3', [path.join(shared, 'mk_gguf.py'), '--preset', preset, '--type', ...missing, '--out', path.join(work, 'models', `${preset}-{type}.gguf.part`)]);
    for (const type of missing) renameSync(`${modelFile(preset, type)}.part`, modelFile(preset, type));
  }
}

/** Makes what is missing. @returns the command of this engine */
export function prepare({ models, needsReference, needsSchemaBench }) {
  mkdirSync(work, { recursive: true });
  if (needsReference) {
    install();
    compile();
  }
  makeModels(models);
  if (needsSchemaBench) {
    run('the build', 'dotnet', ['build', 'bench/Signalbox.Benchmarks', '-c', 'Release', '--nologo', '-v', 'quiet', '--disable-build-servers'], { cwd: root });
  }
  if (process.env.SIGNALBOX_CMD) return process.env.SIGNALBOX_CMD;
  run('the build', path.join(root, 'signalbox'), ['--version'], { cwd: root });
  return path.join(root, 'artifacts/signalbox/Signalbox.Server');
}

/** Why a build of the other engine does not run here; null where it does. */
export function obstacle(build) {
  const flags = readFileSync('/proc/cpuinfo', 'utf8').match(/^flags\s*:(.*)$/m)?.[1].trim().split(' ') ?? [];
  const needed = { icelake: ['avx512f', 'avx512bw', 'avx512vbmi', 'avx512_vnni'], sapphirerapids: ['amx_tile', 'amx_int8'] }[build];
  const missing = needed.filter(flag => !flags.includes(flag));
  return missing.length > 0 ? `this processor has no ${missing.join(', ')}` : null;
}
