// Numbers of two engines held against each other.

export function parseSteps(lines) {
  const steps = [];
  let greedy = [];
  for (const line of lines.split('\n').filter(Boolean)) {
    const parsed = JSON.parse(line);
    if ('pos' in parsed) steps.push(parsed);
    else if ('greedy' in parsed) greedy = parsed.greedy;
  }
  return { steps, greedy };
}

/** limits: mean and max of |difference| over all logits; clear: the lead from which on the best token must be the same. */
export function compareLogits(expected, actual, { limits, sameTokens }) {
  let sum = 0, count = 0, max = 0, unclear = 0;
  const problems = [];
  if (actual.steps.length !== expected.steps.length) problems.push(`${actual.steps.length} steps instead of ${expected.steps.length}`);
  for (let i = 0; i < Math.min(actual.steps.length, expected.steps.length); i++) {
    const [e, a] = [expected.steps[i], actual.steps[i]];
    if (e.token !== a.token) {
      problems.push(`token ${a.token} instead of ${e.token} at ${e.pos}`);
      break;
    }
    for (let j = 0; j < e.logits.length; j++) {
      const difference = Math.abs(e.logits[j] - a.logits[j]);
      // A number that is none is no small difference.
      if (!(difference <= max)) max = difference;
      sum += difference;
    }
    count += e.logits.length;
    const lead = e.top[0].logit - e.top[1].logit;
    if (e.top[0].id !== a.top[0].id) {
      unclear++;
      if (!limits.clear || lead > limits.clear) problems.push(`best token ${a.top[0].id} instead of ${e.top[0].id} (which leads by ${lead.toPrecision(2)}) after ${e.pos}`);
    }
  }
  const mean = sum / count;
  if (sameTokens && String(expected.greedy) !== String(actual.greedy)) problems.push('other greedy tokens');
  if (limits.mean && !(mean <= limits.mean)) problems.push(`mean above ${limits.mean}`);
  if (limits.max && !(max <= limits.max)) problems.push(`most above ${limits.max}`);
  return { text: `${expected.steps.length} steps, difference mean ${mean.toExponential(1)}, most ${max.toExponential(1)}${unclear ? `, ${unclear} other best where none leads` : ''}`, problem: problems.slice(0, 3).join('; ') };
}

/** The mean of the tokens' states against the other engine's pooled vector, both of unit length. */
export function compareEmbeddings(vector, lines, limits) {
  const states = lines.split('\n').filter(Boolean).map(line => JSON.parse(line)).filter(line => line.state).map(line => line.state);
  const unit = v => v.map(x => x / Math.hypot(...v));
  const [expected, actual] = [unit(vector), unit(vector.map((_, i) => states.reduce((sum, state) => sum + state[i], 0)))];
  const max = Math.max(...expected.map((x, i) => Math.abs(x - actual[i])));
  return { text: `embedding of ${states.length} tokens, difference most ${max.toExponential(1)}`, problem: max <= limits.max ? '' : `most above ${limits.max}` };
}
