// Asks a running model every held-out question over HTTP and compares its answers with those of the corpus. See --help.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync, existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const root = resolve(here, '../../..');
const usage = `models/banking/evaluate [--questions FILE] [--model FILE.gguf] [--url URL] [--json FILE] [--misses] [--conversation]

Asks POST /api/v1/chat every question of a file and says how often the answer is the right one, word for word. Exit code 0 when every bar is met, 1 when one
is not, 2 when a word is wrong.

  --questions FILE  JSON lines {"topic", "question"}, with "before" where a question is asked and answered first that this one follows;
                    held-out.jsonl and follow-ups.jsonl of models/banking/evaluation when not given, whose questions are in no training file
  --model FILE      a model instead of the one that is shipped
  --url URL         a gateway that runs already; otherwise ./signalbox serve is started on a free port, with nothing configured
  --json FILE       everything that was asked and answered
  --misses          prints each question that was answered wrongly
  --conversation    asks each question as the second of a conversation that began with a question from elsewhere in the file; those with "before" are left out`;

const options = read(process.argv.slice(2));
const answers = corpusAnswers();
const files = options.questions ? [options.questions] : ['held-out.jsonl', 'follow-ups.jsonl'].map(name => join(here, name));
const questions = files.flatMap(readLines).filter(asked => !options.conversation || !asked.before);
const server = options.url ? null : await start(options.model);
try {
  process.exitCode = report(await askAll(options.url ?? server.url, questions));
} finally {
  await server?.stop();
}

function read(words) {
  const named = {};
  for (let i = 0; i < words.length; i++) {
    const word = words[i];
    if (word === '--help' || word === '-h') { console.log(usage); process.exit(0); }
    if (word === '--misses' || word === '--conversation') { named[word.slice(2)] = true; continue; }
    if (!['--questions', '--model', '--url', '--json'].includes(word) || i + 1 === words.length) {
      console.error(`error: '${word}' is not understood.\n\n${usage}`);
      process.exit(2);
    }
    named[word.slice(2)] = words[++i];
  }
  for (const file of [named.questions, named.model].filter(Boolean)) {
    if (!existsSync(file)) { console.error(`error: ${file} is not there.`); process.exit(2); }
  }
  return named;
}

function readLines(file) {
  return readFileSync(file, 'utf8').split('\n').filter(line => line.trim()).map(line => JSON.parse(line));
}

/** Every answer of the corpus with its topic: callers do not see the topic, so the text has to say it. */
function corpusAnswers() {
  const folder = join(here, '../corpus');
  const known = new Map();
  for (const file of readdirSync(folder).filter(name => name.endsWith('.json'))) {
    for (const topic of JSON.parse(readFileSync(join(folder, file), 'utf8')).topics) {
      for (const each of [topic, ...(topic.followUps ?? [])]) {
        for (const answer of [each.answer, ...(each.answers ?? [])].filter(Boolean)) known.set(answer, each.id);
      }
    }
  }
  return known;
}

async function start(model) {
  const folder = mkdtempSync(join(tmpdir(), 'banking-evaluation-'));
  const config = join(folder, 'signalbox.json');
  writeFileSync(config, JSON.stringify(model ? { local: { models: { banking: { file: resolve(model) } } } } : {}));
  const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/_API_KEY$|_BASE_URL$|^LLM_MODEL_VERSION$/.test(name)));
  const child = spawn(process.env.SIGNALBOX_CMD ?? join(root, 'signalbox'), ['serve', '--urls', 'http://127.0.0.1:0', '--config', config, '--data', folder],
    { env: environment, stdio: ['ignore', 'pipe', 'inherit'] });
  const stop = async () => {
    child.kill();
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    rmSync(folder, { recursive: true, force: true });
  };
  const url = await new Promise((done, failed) => {
    let said = '';
    child.stdout.on('data', data => {
      said += data;
      const found = /listening on (\S+)/.exec(said);
      if (found) done(found[1]);
    });
    child.on('exit', code => failed(new Error(`the gateway ended with exit code ${code}`)));
  });
  child.removeAllListeners('exit');
  return { url, stop };
}

async function askAll(url, all) {
  const results = new Array(all.length);
  // A gateway of --url may remember the conversations of an earlier evaluation.
  const run = `evaluation-${Date.now()}`;
  let next = 0;
  const asker = async () => {
    for (let i = next++; i < all.length; i = next++) {
      const before = options.conversation ? all[(i + (all.length >> 1)) % all.length].question : all[i].before;
      const conversation = before ? { conversation_id: `${run}-${i}` } : {};
      if (before) await ask(url, { message: before, ...conversation });
      const { response, confidence } = await ask(url, { message: all[i].question, ...conversation });
      results[i] = { ...all[i], response, confidence, said: answers.get(response) ?? '' };
    }
  };
  await Promise.all(Array.from({ length: 8 }, asker));
  return results;
}

async function ask(url, asked) {
  const response = await fetch(`${url}/api/v1/chat`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(asked) });
  const body = await response.json();
  if (!response.ok) throw new Error(`'${asked.message}' was answered with ${response.status}: ${JSON.stringify(body)}`);
  return body;
}

function kindOf(topic) {
  return topic.startsWith('refuse') || topic.startsWith('care-') ? 'refuse' : topic.startsWith('unknown-') ? 'unknown' : topic;
}

function report(results) {
  const groups = { topic: [], smalltalk: [], refuse: [], unknown: [], followUp: [] };
  for (const result of results) {
    const kind = kindOf(result.topic);
    result.right = kind === 'refuse' || kind === 'unknown' ? kindOf(result.said) === kind : result.said === result.topic;
    (result.before ? groups.followUp : groups[kind] ?? (smalltalk().has(kind) ? groups.smalltalk : groups.topic)).push(result);
  }

  const missed = [
    line('right topic', share(groups.topic), 0.85),
    line('refused what must be refused', share(groups.refuse), 0.95),
    line('"I do not know" to what has nothing to do with a bank', share(groups.unknown), 0.80),
    line('right small talk', share(groups.smalltalk), null),
    line('right answer to what follows an answer', share(groups.followUp), null),
    line('expected calibration error', calibrationError(results.filter(result => !result.before)), 0.1, true),
    line('expected calibration error of what follows an answer', calibrationError(groups.followUp), null, true),
  ].filter(Boolean).length;
  const distinct = new Set(results.map(result => result.confidence)).size;
  console.log(`     ${results.length} questions, ${distinct} different confidences, ${results.filter(result => !answers.has(result.response)).length} answers not word for word in the corpus`);
  if (options.misses) {
    for (const miss of results.filter(result => !result.right)) console.log(`     ${miss.topic} <- ${miss.said || '?'} (${(miss.confidence ?? 0).toFixed(2)}): ${miss.before ? `${miss.before} -> ` : ''}${miss.question}`);
  }
  if (options.json) writeFileSync(options.json, JSON.stringify(results, null, 1));
  return missed > 0 ? 1 : 0;
}

function smalltalk() {
  smalltalk.ids ??= new Set(JSON.parse(readFileSync(join(here, '../corpus/smalltalk.json'), 'utf8')).topics.map(topic => topic.id));
  return smalltalk.ids;
}

function share(group) {
  return group.length === 0 ? null : group.filter(result => result.right).length / group.length;
}

/** Guo et al. 2017: ten bins of confidence, the mean distance of confidence and share of right answers, weighted by the bin's size. */
function calibrationError(results) {
  const known = results.filter(result => typeof result.confidence === 'number');
  if (known.length === 0) return null;
  const bins = Array.from({ length: 10 }, () => []);
  for (const result of known) bins[Math.min(9, Math.floor(result.confidence * 10))].push(result);
  return bins.filter(bin => bin.length > 0)
    .reduce((sum, bin) => sum + Math.abs(share(bin) - bin.reduce((total, result) => total + result.confidence, 0) / bin.length) * bin.length / known.length, 0);
}

/** Whether the bar was missed. */
function line(name, value, bar, most = false) {
  if (value === null) { console.log(`     ${name}: nothing to measure`); return false; }
  const missed = bar !== null && (most ? value > bar : value < bar);
  const written = most ? value.toFixed(3) : `${(100 * value).toFixed(1)} %`;
  console.log(`${bar === null ? '    ' : missed ? 'MISS' : 'ok  '} ${name}: ${written}${bar === null ? '' : ` (bar ${most ? bar : `${100 * bar} %`} at ${most ? 'most' : 'least'})`}`);
  return missed;
}
