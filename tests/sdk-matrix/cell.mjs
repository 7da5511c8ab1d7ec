// One cell while it runs: the caller's side, and what its upstream received.
import assert from 'node:assert/strict';
import { setTimeout as after } from 'node:timers/promises';
import { promptOf } from './matrix.mjs';

/** Only for what would otherwise never end; long enough for a busy machine. What has to be quick says so itself. */
export const patience = 10_000;

export class Cell {
  fault = { kind: 'none' };
  exchanges = [];
  #waiting = [];

  constructor({ id, scenario }, client, upstream, target) {
    const { direct, model, callerKey, providerKey } = target;
    Object.assign(this, { id, scenario, client, upstream, direct, model, callerKey, providerKey });
    this.sdk = client.create({
      url: target.url, key: callerKey,
      // A later answer from a cache would prove nothing about the road to the upstream.
      headers: { 'x-signalbox-cache': 'bypass' },
      fetch: (url, init) => this.#fetch(url, init),
    });
  }

  /** Keeps the headers and a copy of the bytes, which most SDKs do not show. */
  async #fetch(url, init) {
    const response = await fetch(url, init);
    this.headers = response.headers;
    this.bytes = '';
    if (!response.body) return response;
    const decoder = new TextDecoder();
    const copy = new TransformStream({
      transform: (chunk, controller) => { this.bytes += decoder.decode(chunk, { stream: true }); controller.enqueue(chunk); },
    });
    return new Response(response.body.pipeThrough(copy), { status: response.status, statusText: response.statusText, headers: response.headers });
  }

  request(text, more = {}) {
    return { model: this.model, prompt: promptOf(this.id, text), ...more };
  }

  ask = (req, options) => this.client.ask(this.sdk, req, options);
  stream = (req, options) => this.client.stream(this.sdk, req, options);
  events = (req, options) => this.client.events(this.sdk, req, options);

  /** Called by the upstream for every request it gets. */
  received(exchange) {
    this.exchanges.push(exchange);
    for (const resolve of this.#waiting.splice(0)) resolve(exchange);
  }

  nextExchange() {
    return new Promise(resolve => this.#waiting.push(resolve));
  }

  /** What the upstream was sent last, read by the rules of its dialect. */
  get seen() {
    assert.ok(this.exchanges.length > 0, 'the upstream received nothing');
    const exchange = this.exchanges.at(-1);
    try {
      return this.upstream.read(exchange);
    } catch (error) {
      throw new Error(`the upstream received ${exchange.body.slice(0, 600)}: ${error.message}`);
    }
  }

  /** Runs one call and checks that the upstream was called exactly once for it. */
  async once(call) {
    const before = this.exchanges.length;
    const answer = await call();
    assert.equal(this.exchanges.length - before, 1, 'upstream calls for one request');
    return answer;
  }
}

/** What happens, or a failure that says what did not happen. */
export async function within(milliseconds, what, promise) {
  const timer = new AbortController();
  const late = after(milliseconds, undefined, { signal: timer.signal }).then(() => { throw new Error(`not within ${milliseconds} ms: ${what}`); });
  late.catch(() => {});
  try {
    return await Promise.race([promise, late]);
  } finally {
    timer.abort();
  }
}

export function signal() {
  let resolve;
  const promise = new Promise(r => { resolve = r; });
  return { promise, resolve };
}
