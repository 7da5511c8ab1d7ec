import assert from 'node:assert/strict';
import { errors, retryAfter } from '../matrix.mjs';
import { patience, signal, within } from '../cell.mjs';

const mostAttempts = 3;

export async function upstreamError(cell) {
  const { status, message } = errors[cell.scenario];
  for (const mode of ['ask', 'stream']) {
    const before = cell.exchanges.length;
    const error = await cell[mode](cell.request('Fail.')).then(() => assert.fail(`${mode}: no error`), e => e);
    if (error instanceof assert.AssertionError) throw error;
    const told = cell.client.checkError(error, status);
    assert.ok(told.includes(message), `${mode}: the upstream's message is missing in '${told}'`);
    if (status === 429) assert.equal(cell.headers.get('retry-after'), String(retryAfter), `${mode}: Retry-After`);
    if (!cell.direct) assert.ok(cell.headers.get('x-signalbox-error'), `${mode}: x-signalbox-error is missing`);
    const attempts = cell.exchanges.length - before;
    assert.ok(attempts >= 1 && attempts <= (status === 400 ? 1 : mostAttempts), `${mode}: ${attempts} upstream calls`);
  }
}

export async function cutMidStream(cell) {
  // Without a gateway between, no SDK can tell a body that ended early from a complete one.
  for (const kind of cell.direct ? ['break'] : ['break', 'end']) {
    const first = signal();
    cell.fault = { kind, callerSawText: first.promise };
    const seen = { text: '', end: undefined, told: false };
    const reading = readAll(cell, seen, first.resolve);
    const error = await within(patience, `${kind}: the stream ends`, reading);

    assert.ok(seen.text.length > 0, `${kind}: no text before the cut (${error?.message})`);
    assert.ok(!seen.end, `${kind}: the stream looks finished: ${seen.end}`);
    assert.ok(error || seen.told, `${kind}: the stream ended as if it were complete`);
    if (error) assert.ok(cell.client.isStreamError(error), `${kind}: ${error.constructor.name}: ${error.message}`);
    assert.ok(!cell.client.endMarkers.test(cell.bytes), `${kind}: an end marker was sent: ${cell.bytes.slice(-300)}`);
  }
}

async function readAll(cell, seen, onText) {
  try {
    for await (const event of cell.events(cell.request('Tell me something long.'))) {
      seen.end ||= event.end;
      seen.told ||= event.error;
      if (!event.text) continue;
      seen.text += event.text;
      onText();
    }
  } catch (error) {
    return error;
  }
}

export async function callerAborts(cell) {
  await abortsMidStream(cell);
  await abortsWhileWaiting(cell);
}

async function abortsMidStream(cell) {
  const abort = new AbortController();
  const aborted = signal();
  cell.fault = { kind: 'hang', callerSawText: aborted.promise };
  const received = cell.nextExchange();
  const reading = (async () => {
    for await (const event of cell.events(cell.request('Tell me something long.'), { signal: abort.signal })) {
      if (event.text) aborted.resolve(abort.abort());
    }
  })().catch(error => error);
  await within(patience, 'the first text reaches the caller', aborted.promise);
  await closesSoon(await received, 'mid-stream');
  await within(1_000, 'the caller\'s own iteration ends', reading);
}

async function abortsWhileWaiting(cell) {
  const abort = new AbortController();
  cell.fault = { kind: 'silent' };
  const received = cell.nextExchange();
  const asking = cell.ask(cell.request('Think for a long time.'), { signal: abort.signal }).then(() => undefined, error => error);
  const exchange = await within(patience, 'the request reaches the upstream', received);
  abort.abort();
  await closesSoon(exchange, 'while waiting');
  assert.ok(await within(1_000, 'the caller\'s own call ends', asking), 'the aborted call gave an answer');
}

async function closesSoon(exchange, when) {
  const { complete } = await within(1_000, `${when}: the upstream connection is closed`, exchange.closed);
  assert.equal(complete, false, `${when}: the upstream's answer was complete`);
}
