// The words of bench/engine/run.

export const parts = ['q4_0', 'q8_0', 'f16', 'types', 'parallel', 'schema'];

const help = `bench/engine/run [--quick] [--only PART,...] [--json FILE] [--keep]

Measures the engine beside llama.cpp (its C API, CPU builds of node-llama-cpp 3.22.1) on the same random 1.1B files, with the same 2 threads,
one program after the other, median of 3. One line per number; exit code 0 when every bar is met, 1 when one is not, 2 when a word is wrong
or a tool is missing. The whole bench takes about 10 minutes, --quick less than 5; the first run also makes 4 GB of models.

  q4_0, q8_0, f16   speed of prompt and generation, memory and load of one type beside llama.cpp's
  types             Q4_0 beside F16 in this engine; needs nothing of the other one
  parallel          8 conversations at once beside one
  schema            answers held to a JSON schema beside free ones

  --quick      shorter generations
  --only       some of these parts
  --json FILE  all numbers, with every sample
  --keep       keeps what each program printed in artifacts/bench/engine/samples.jsonl, disturbed runs included

SIGNALBOX_CMD in the environment replaces ./signalbox. What is downloaded, built and made lies in artifacts/bench/engine.`;

/** The options, or what is wrong with the words. */
export function readWords(words) {
  const options = { quick: false, keep: false, json: null, only: parts };
  for (let i = 0; i < words.length; i++) {
    switch (words[i]) {
      case '--help': case '-h': return { help };
      case '--quick': options.quick = true; break;
      case '--keep': options.keep = true; break;
      case '--json':
        options.json = words[++i];
        if (!options.json) return { problem: '--json needs a FILE.' };
        break;
      case '--only': {
        options.only = (words[++i] ?? '').split(',');
        const unknown = options.only.find(part => !parts.includes(part));
        if (unknown !== undefined) return { problem: `--only takes ${parts.join(', ')}, not '${unknown}'.` };
        break;
      }
      default: return { problem: `unknown word '${words[i]}'; see --help.` };
    }
  }
  return { options };
}

// bench/engine/run asks first, before it looks for tools.
if (process.argv[2] === '--check') {
  const { help: text, problem } = readWords(process.argv.slice(3));
  if (text) console.log(text);
  if (problem) console.error(`error: ${problem}`);
  process.exit(text ? 3 : problem ? 2 : 0);
}
