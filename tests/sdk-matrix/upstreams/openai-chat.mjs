import assert from 'node:assert/strict';
import { callId, usage } from '../matrix.mjs';
import { parseArguments, parseDataUri, textOfParts, valueOf } from './reading.mjs';

export default {
  name: 'openai-chat', provider: 'up-openai', model: 'gpt-4o-mini', basePath: '/v1', separator: '\n\n',
  reports: { cached: true, reasoning: true },
  callId: (cellId, index) => callId('call_', cellId, index),
  errorType: { 'error-400': 'invalid_request_error', 'error-429': 'rate_limit_error', 'error-500': 'server_error' },

  read({ path, headers, json }) {
    assert.equal(path, '/v1/chat/completions');
    const messages = json.messages;
    if (json.response_format?.type === 'json_schema') assert.match(json.response_format.json_schema.name ?? '', /^[\w-]{1,64}$/, 'a schema needs a name');
    const turns = messages.filter(m => m.role === 'assistant');
    return {
      key: headers.authorization?.replace(/^Bearer /, ''),
      model: json.model,
      stream: json.stream === true,
      system: messages.filter(m => m.role === 'system' || m.role === 'developer').map(m => textOfParts(m.content)).join('\n'),
      user: messages.filter(m => m.role === 'user').map(m => textOfParts(m.content)).join('\n'),
      images: messages.flatMap(m => Array.isArray(m.content) ? m.content : []).filter(p => p.type === 'image_url').map(p => parseDataUri(p.image_url.url)),
      tools: json.tools?.map(t => { assert.equal(t.type, 'function'); return t.function; }),
      calls: turns.flatMap(m => m.tool_calls ?? []).map(c => ({ id: c.id, name: c.function.name, args: parseArguments(c.function.arguments) })),
      results: messages.filter(m => m.role === 'tool').map(m => ({ id: m.tool_call_id, value: valueOf(textOfParts(m.content)) })),
      schema: json.response_format?.type === 'json_schema' ? json.response_format.json_schema.schema : undefined,
      maxTokens: json.max_completion_tokens ?? json.max_tokens,
      temperature: json.temperature,
      stop: [json.stop ?? []].flat(),
    };
  },

  isText: event => Boolean(event.choices?.[0]?.delta?.content),

  repair(event) {
    if (!event.usage) return [event];
    return [{
      ...event,
      usage: {
        prompt_tokens: usage.input, completion_tokens: usage.output, total_tokens: usage.input + usage.output,
        prompt_tokens_details: { cached_tokens: usage.cached }, completion_tokens_details: { reasoning_tokens: usage.reasoning },
      },
    }];
  },
};
