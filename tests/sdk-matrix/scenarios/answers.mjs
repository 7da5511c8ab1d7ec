import assert from 'node:assert/strict';
import { departure, image, sampling, schema, system, textOf, usage } from '../matrix.mjs';
import { patience, signal, within } from '../cell.mjs';
import { comparable } from './schemas.mjs';

function checkText(cell, answer) {
  assert.equal(answer.text, textOf(cell.id), 'text');
  assert.equal(answer.finished, cell.client.finish.text, 'finish reason');
}

export async function plain(cell) {
  const request = cell.request('Which train leaves next?', { system, ...sampling });
  checkText(cell, await cell.once(() => cell.ask(request)));

  const seen = cell.seen;
  assert.equal(seen.stream, false, 'the upstream was asked to stream');
  assert.equal(seen.model, cell.upstream.model, 'model at the upstream');
  assert.equal(seen.system, system, 'system prompt at the upstream');
  assert.equal(seen.user, request.prompt, 'prompt at the upstream');
  assert.equal(seen.maxTokens, sampling.maxTokens, 'output limit at the upstream');
  assert.equal(seen.temperature, sampling.temperature, 'temperature at the upstream');
  if (!cell.client.losesStop && !cell.upstream.losesStop) assert.deepEqual(seen.stop, sampling.stop, 'stop at the upstream');
  if (cell.direct) return;

  if (!cell.upstream.takesNoKey) assert.equal(seen.key, cell.providerKey, 'credentials at the upstream');
  const { url, headers } = cell.exchanges.at(-1);
  assert.ok(!`${url} ${JSON.stringify(headers)}`.includes(cell.callerKey), 'the caller\'s own key reached the upstream');
  assert.ok(cell.headers.get('x-signalbox-request-id'), 'x-signalbox-request-id is missing');
  assert.equal(cell.headers.get('x-signalbox-model'), cell.model, 'x-signalbox-model');
  const loss = cell.headers.get('x-signalbox-loss') ?? '';
  assert.equal(/stop/.test(loss), Boolean(cell.upstream.losesStop && !cell.client.losesStop), `stop in x-signalbox-loss: '${loss}'`);
}

export async function streamed(cell) {
  const first = signal();
  cell.fault = { kind: 'hold', callerSawText: first.promise };
  const pieces = [];
  const streaming = cell.once(() => cell.stream(cell.request('Tell me about the next train.'), {
    onText: piece => { pieces.push(piece); first.resolve(); },
  }));
  // A stream that ends or fails first says why; waiting for the text would only say that it did not come.
  await within(patience, 'the first text reaches the caller while the upstream holds the rest back', Promise.race([first.promise, streaming]));
  const answer = await streaming;
  checkText(cell, answer);
  assert.equal(pieces.join(''), textOf(cell.id), 'joined pieces');
  assert.ok(pieces.length > 1, 'the text came in one piece');
  assert.deepEqual(answer.unasked, []);
  assert.equal(cell.seen.stream, true, 'the upstream was not asked to stream');
}

export async function sendsImage(cell) {
  checkText(cell, await cell.once(() => cell.ask(cell.request('What is in the picture?', { image }))));
  const [received, ...more] = cell.seen.images;
  assert.ok(received, 'no image at the upstream');
  assert.equal(more.length, 0, 'images at the upstream');
  assert.equal(received.base64, image.base64, 'image bytes');
  if (!cell.upstream.hasNoMediaTypes) assert.equal(received.mediaType, image.mediaType, 'media type');
  assert.ok(cell.seen.user.includes('What is in the picture?'), 'the text beside the image');
}

export async function jsonSchema(cell) {
  const answer = await cell.once(() => cell.ask(cell.request('Next departure as JSON.', { schema })));
  assert.deepEqual(answer.parsed ?? JSON.parse(answer.parsedText ?? answer.text), departure, 'parsed answer');
  assert.ok(cell.seen.schema, `no schema at the upstream: ${cell.exchanges.at(-1).body}`);
  assert.deepEqual(comparable(cell.seen.schema), comparable(schema.schema), 'schema at the upstream');
}

export async function countsUsage(cell) {
  for (const mode of ['ask', 'stream']) {
    const { usage: counted } = await cell.once(() => cell[mode](cell.request('How many?', { usage: true })));
    assert.ok(counted, `${mode}: no usage`);
    assert.equal(counted.input, usage.input, `${mode}: input tokens`);
    assert.equal(counted.output, usage.output, `${mode}: output tokens`);
    if (counted.total !== undefined) assert.equal(counted.total, usage.input + usage.output, `${mode}: total tokens`);
    for (const part of ['cached', 'reasoning']) {
      if (!cell.client.shows[part]) continue;
      // What the upstream did not tell apart must not be invented.
      assert.equal(counted[part] || 0, cell.upstream.reports[part] ? usage[part] : 0, `${mode}: ${part} tokens`);
    }
  }
}
