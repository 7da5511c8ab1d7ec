// Runs of programs on a machine that others use too: each waits for an idle moment and is repeated when it was disturbed.
import { spawnSync } from 'node:child_process';
import { appendFileSync, readFileSync } from 'node:fs';

const IdleCores = 0.12; // busy in the second before a run
const ForeignCores = 0.08; // used by others during a run
const StolenShare = 0.02; // of the time, by the hypervisor
const MostWaitSeconds = 60;
const MostTries = 3;
const Ticks = 100;

/** CPU seconds since the start of the machine: used by anybody, and stolen. */
function usedCpu() {
  const fields = readFileSync('/proc/stat', 'utf8').split('\n')[0].trim().split(/\s+/).slice(1, 9).map(Number);
  const [idle, waiting, stolen] = [fields[3], fields[4], fields[7]];
  return { busy: (fields.reduce((sum, field) => sum + field, 0) - idle - waiting - stolen) / Ticks, stolen: stolen / Ticks };
}

/** CPU seconds of this process and of those it has waited for. */
function ownCpu() {
  const fields = readFileSync('/proc/self/stat', 'utf8').replace(/^.*\) /, '').split(' ').map(Number);
  return (fields[11] + fields[12] + fields[13] + fields[14]) / Ticks;
}

const sleep = milliseconds => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);

function waitUntilIdle() {
  for (let second = 0; second < MostWaitSeconds; second++) {
    const before = usedCpu().busy;
    sleep(1000);
    if (usedCpu().busy - before < IdleCores) return;
  }
}

export class Machine {
  #samples;
  disturbed = 0;

  /** @param samples a file for all that is printed, or null */
  constructor(samples) {
    this.#samples = samples;
  }

  /** Runs a program whose last line is a JSON object, and gives it. */
  measure(label, command, args, options = {}) {
    for (let attempt = 1; ; attempt++) {
      waitUntilIdle();
      const [before, ownBefore, start] = [usedCpu(), ownCpu(), process.hrtime.bigint()];
      const ended = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 1 << 26, ...options });
      const seconds = Number(process.hrtime.bigint() - start) / 1e9;
      const after = usedCpu();
      if (ended.status !== 0) {
        throw new Error(`${label}: ${command} ${args.join(' ')} ended with ${ended.status ?? ended.signal ?? ended.error?.message}: ${(ended.stderr ?? '').trim().split('\n').at(-1)}`);
      }
      const foreign = Math.max(0, after.busy - before.busy - (ownCpu() - ownBefore)) / seconds;
      const stolen = (after.stolen - before.stolen) / seconds;
      const quiet = foreign < ForeignCores && stolen < StolenShare;
      const result = { ...JSON.parse(ended.stdout.trim().split('\n').at(-1)), label, foreign_cores: round(foreign, 3), stolen: round(stolen, 3), seconds: round(seconds, 1), quiet };
      if (this.#samples) appendFileSync(this.#samples, JSON.stringify(result) + '\n');
      if (quiet || attempt === MostTries) {
        this.disturbed += quiet ? 0 : 1;
        return result;
      }
    }
  }
}

export const round = (value, digits) => Number(value.toFixed(digits));

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
}
