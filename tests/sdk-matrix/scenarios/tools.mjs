import assert from 'node:assert/strict';
import { parallelCalls, singleCall, textOf, tools } from '../matrix.mjs';
import { signatureOf } from '../upstreams/gemini.mjs';
import { comparable } from './schemas.mjs';

const bare = calls => calls.map(({ name, args }) => ({ name, args }));

function checkCalls(cell, answer, expected) {
  assert.deepEqual(bare(answer.calls), bare(expected), 'tool calls');
  assert.equal(answer.finished, cell.client.finish.tools, 'finish reason');
  const ids = answer.calls.map(c => c.id);
  if (cell.client.givesIds) {
    assert.ok(ids.every(Boolean), 'a call without an id');
    assert.equal(new Set(ids).size, ids.length, 'ids are not unique');
  }
  const issued = expected.map((_, i) => cell.upstream.callId(cell.id, i));
  if (ids[0] && issued[0]) assert.deepEqual(ids, issued, 'ids that the upstream issued');
}

export async function toolCall(cell) {
  const request = cell.request('What is the weather in Zürich?', { tools });
  for (const mode of ['ask', 'stream']) {
    checkCalls(cell, await cell.once(() => cell[mode](request)), singleCall);
    const received = cell.seen.tools?.map(({ name, description, parameters }) => ({ name, description, parameters: comparable(parameters) }));
    assert.deepEqual(received, tools.map(t => ({ ...t, parameters: comparable(t.parameters) })), 'tools at the upstream');
  }
}

export async function toolRoundTrip(cell) {
  await roundTrip(cell, 'ask', singleCall);
}

export async function parallelTools(cell) {
  for (const mode of ['ask', 'stream']) await roundTrip(cell, mode, parallelCalls);
}

async function roundTrip(cell, mode, expected) {
  const request = cell.request('Weather in Zürich and Oslo, and the time there?', { tools });
  const answer = await cell.once(() => cell[mode](request));
  checkCalls(cell, answer, expected);

  let results = answer.calls.map((call, i) => ({ call, value: expected[i].result }));
  // Where calls have ids, the order of the results is the caller's own business.
  if (answer.calls.every(c => c.id)) results = results.reverse();
  const final = await cell.once(() => cell[mode]({ ...request, rounds: [{ answer, results }] }));
  assert.equal(final.text, textOf(cell.id), 'text after the results');
  assert.equal(final.finished, cell.client.finish.text, 'finish reason after the results');
  checkReceived(cell, expected);
}

/** The second request at the upstream: the same calls, and every result at the call it belongs to. */
function checkReceived(cell, expected) {
  const { calls, results, signature } = cell.seen;
  assert.deepEqual(bare(calls), bare(expected), 'calls in the history at the upstream');
  assert.equal(results.length, expected.length, 'results at the upstream');
  for (const [i, { name, result }] of expected.entries()) {
    const issued = cell.upstream.callId(cell.id, i);
    if (issued && !cell.client.hasNoIds) assert.equal(calls[i].id, issued, 'the id in the history at the upstream');
    const nth = bare(calls).slice(0, i).filter(c => c.name === name).length;
    const matching = calls[i].id && results.every(r => r.id)
      ? results.filter(r => r.id === calls[i].id)
      : results.filter(r => r.name === name).slice(nth, nth + 1);
    assert.equal(matching.length, 1, `results for call ${i} (${name}, id ${calls[i].id})`);
    assert.deepEqual(matching[0].value, result, `result of call ${i} (${name})`);
  }
  if (cell.upstream.name !== 'gemini') return;
  const accepted = [signatureOf(cell.id), ...(cell.client.hasNoIds ? ['skip_thought_signature_validator'] : [])];
  assert.ok(accepted.includes(signature), `thought signature at the upstream: ${signature}`);
}
