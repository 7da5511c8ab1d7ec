import assert from 'node:assert/strict';
import Anthropic, { APIError, BadRequestError, InternalServerError, RateLimitError } from '@anthropic-ai/sdk';
import { jsonSchemaOutputFormat } from '@anthropic-ai/sdk/helpers/json-schema';

const typeOf = {
  400: [BadRequestError, ['invalid_request_error']],
  429: [RateLimitError, ['rate_limit_error']],
  500: [InternalServerError, ['api_error', 'overloaded_error']],
};

function bodyOf(req) {
  const content = req.image
    ? [{ type: 'image', source: { type: 'base64', media_type: req.image.mediaType, data: req.image.base64 } }, { type: 'text', text: req.prompt }]
    : req.prompt;
  const messages = [{ role: 'user', content }];
  for (const { answer, results } of req.rounds ?? []) {
    const blocks = results.map(r => ({ type: 'tool_result', tool_use_id: r.call.id, content: JSON.stringify(r.value) }));
    messages.push({ role: 'assistant', content: answer.native }, { role: 'user', content: blocks });
  }
  return {
    model: req.model, system: req.system, messages,
    max_tokens: req.maxTokens ?? 1024, temperature: req.temperature, stop_sequences: req.stop,
    tools: req.tools?.map(t => ({ name: t.name, description: t.description, input_schema: t.parameters })),
    output_config: req.schema && { format: jsonSchemaOutputFormat(req.schema.schema) },
  };
}

function read(message) {
  const u = message.usage;
  return {
    text: message.content.filter(b => b.type === 'text').map(b => b.text).join(''),
    calls: message.content.filter(b => b.type === 'tool_use').map(b => ({ id: b.id, name: b.name, args: b.input })),
    finished: message.stop_reason,
    usage: {
      input: u.input_tokens + (u.cache_read_input_tokens ?? 0) + (u.cache_creation_input_tokens ?? 0),
      cached: u.cache_read_input_tokens ?? undefined, output: u.output_tokens,
    },
    parsed: message.parsed_output,
    native: message.content,
  };
}

export default {
  name: 'anthropic', title: '@anthropic-ai/sdk', package: '@anthropic-ai/sdk',
  shows: { cached: true },
  givesIds: true,
  finish: { text: 'end_turn', tools: 'tool_use' },
  endMarkers: /message_stop|"stop_reason":\s*"/,

  create: ({ url, key, fetch, headers }) => new Anthropic({ baseURL: url, apiKey: key, maxRetries: 0, fetch, defaultHeaders: headers }),

  async ask(sdk, req, { signal } = {}) {
    return read(await (req.schema ? sdk.messages.parse(bodyOf(req), { signal }) : sdk.messages.create(bodyOf(req), { signal })));
  },

  async stream(sdk, req, { onText } = {}) {
    const stream = sdk.messages.stream(bodyOf(req));
    for await (const event of stream) {
      if (event.type === 'content_block_delta' && event.delta.type === 'text_delta') onText?.(event.delta.text);
    }
    return { ...read(await stream.finalMessage()), unasked: [] };
  },

  async* events(sdk, req, { signal } = {}) {
    for await (const event of await sdk.messages.create({ ...bodyOf(req), stream: true }, { signal })) {
      yield {
        text: event.type === 'content_block_delta' ? event.delta.text : undefined,
        end: event.type === 'message_stop' || Boolean(event.type === 'message_delta' && event.delta.stop_reason),
      };
    }
  },

  checkError(error, status) {
    const [type, words] = typeOf[status];
    assert.ok(error instanceof type, `expected ${type.name}, got ${error?.constructor?.name}: ${error?.message}`);
    assert.equal(error.status, status);
    assert.equal(error.error?.type, 'error', 'the body is not an error of this dialect');
    assert.ok(words.includes(error.error.error.type), `error.type ${error.error.error.type}`);
    return error.error.error.message;
  },
  isStreamError: error => error instanceof APIError || error instanceof TypeError,
};
