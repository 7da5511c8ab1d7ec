import assert from 'node:assert/strict';
import { Ollama } from 'ollama';

function requestOf(req) {
  const messages = [
    ...(req.system ? [{ role: 'system', content: req.system }] : []),
    { role: 'user', content: req.prompt, ...(req.image && { images: [req.image.base64] }) },
  ];
  for (const { answer, results } of req.rounds ?? []) {
    messages.push(answer.native, ...results.map(r => ({ role: 'tool', tool_name: r.call.name, content: JSON.stringify(r.value) })));
  }
  return {
    model: req.model, messages,
    options: { num_predict: req.maxTokens, temperature: req.temperature, stop: req.stop },
    tools: req.tools?.map(t => ({ type: 'function', function: t })),
    format: req.schema?.schema,
  };
}

/** One answer from one response, or from all the lines of a stream. */
function read(responses) {
  const last = responses.at(-1);
  const text = responses.map(r => r.message.content).join('');
  const tool_calls = responses.flatMap(r => r.message.tool_calls ?? []);
  return {
    text,
    calls: tool_calls.map(c => ({ name: c.function.name, args: c.function.arguments })),
    finished: last.done && last.done_reason,
    usage: { input: last.prompt_eval_count, output: last.eval_count },
    parsedText: text,
    native: { role: 'assistant', content: text, ...(tool_calls.length > 0 && { tool_calls }) },
  };
}

export default {
  name: 'ollama', title: 'ollama', package: 'ollama',
  shows: {},
  hasNoIds: true,
  hasNoMediaTypes: true,
  finish: { text: 'stop', tools: 'stop' },
  endMarkers: /"done":\s*true/,

  create: ({ url, fetch, headers }) => new Ollama({ host: url, headers, fetch }),

  /** The SDK takes no signal for a complete answer, so that one goes in with its fetch. */
  async ask(sdk, req, { signal } = {}) {
    const fetch = sdk.fetch;
    if (signal) sdk.fetch = (url, init) => fetch(url, { ...init, signal });
    try {
      return read([await sdk.chat(requestOf(req))]);
    } finally {
      sdk.fetch = fetch;
    }
  },

  async stream(sdk, req, { onText } = {}) {
    const lines = [];
    for await (const line of await sdk.chat({ ...requestOf(req), stream: true })) {
      lines.push(line);
      if (line.message.content) onText?.(line.message.content);
    }
    return { ...read(lines), unasked: [] };
  },

  async* events(sdk, req, { signal } = {}) {
    const stream = await sdk.chat({ ...requestOf(req), stream: true });
    signal?.addEventListener('abort', () => stream.abort());
    for await (const line of stream) yield { text: line.message?.content, end: line.done };
  },

  checkError(error, status) {
    assert.equal(error?.name, 'ResponseError', `expected ResponseError, got ${error?.constructor?.name}: ${error?.message}`);
    assert.equal(error.status_code, status);
    assert.equal(typeof error.error, 'string', 'error must be a string');
    return error.error;
  },
  // An end without 'done' is noticed by this SDK, but a caller deserves to be told: an error line, or a broken connection.
  isStreamError: error => error instanceof Error && !error.message.startsWith('Did not receive done'),
};
