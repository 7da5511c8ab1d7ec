import assert from 'node:assert/strict';
import { callId, usage } from '../matrix.mjs';
import { textOfParts, valueOf } from './reading.mjs';

// Here the input excludes what was read from the cache, and reasoning is not told apart.
const counted = { input_tokens: usage.input - usage.cached, cache_read_input_tokens: usage.cached, cache_creation_input_tokens: 0 };

/** The rules that a real server enforces with 400: user first, each tool_use answered by the next message, results before text. */
function checkOrder(messages) {
  assert.equal(messages[0].role, 'user', 'the first message must be of the user');
  for (const [i, message] of messages.entries()) {
    assert.ok(['user', 'assistant'].includes(message.role), `role ${message.role}`);
    const blocks = Array.isArray(message.content) ? message.content : [];
    const called = blocks.filter(b => b.type === 'tool_use').map(b => b.id);
    if (called.length === 0) continue;
    const next = messages[i + 1]?.content ?? [];
    const answered = next.filter(b => b.type === 'tool_result').map(b => b.tool_use_id);
    assert.deepEqual([...answered].sort(), [...called].sort(), 'every tool_use must be answered in the very next message');
    assert.ok(next.slice(0, answered.length).every(b => b.type === 'tool_result'), 'results must come before text');
  }
  assert.notEqual(messages.at(-1).role, 'assistant', 'prefill');
}

export default {
  name: 'anthropic-messages', provider: 'up-anthropic', model: 'claude-sonnet-4-6', basePath: '', separator: '\n\n',
  reports: { cached: true },
  callId: (cellId, index) => callId('toolu_', cellId, index),
  errorType: { 'error-400': 'invalid_request_error', 'error-429': 'rate_limit_error', 'error-500': 'api_error' },

  read({ path, headers, json }) {
    assert.equal(path, '/v1/messages');
    assert.ok(headers['anthropic-version'], 'anthropic-version is required');
    assert.ok(json.max_tokens > 0, 'max_tokens is required');
    checkOrder(json.messages);
    const blocks = json.messages.flatMap(m => Array.isArray(m.content) ? m.content : []);
    return {
      key: headers['x-api-key'] ?? headers.authorization?.replace(/^Bearer /, ''),
      model: json.model,
      stream: json.stream === true,
      system: textOfParts(json.system ?? ''),
      user: json.messages.filter(m => m.role === 'user').map(m => textOfParts(m.content)).join('\n'),
      images: blocks.filter(b => b.type === 'image').map(b => {
        assert.equal(b.source.type, 'base64');
        return { mediaType: b.source.media_type, base64: b.source.data };
      }),
      tools: json.tools?.map(t => ({ name: t.name, description: t.description, parameters: t.input_schema })),
      calls: blocks.filter(b => b.type === 'tool_use').map(b => ({ id: b.id, name: b.name, args: b.input })),
      results: blocks.filter(b => b.type === 'tool_result').map(b => ({ id: b.tool_use_id, value: valueOf(textOfParts(b.content)) })),
      schema: json.output_config?.format?.type === 'json_schema' ? json.output_config.format.schema : undefined,
      maxTokens: json.max_tokens,
      temperature: json.temperature,
      stop: json.stop_sequences ?? [],
    };
  },

  isText: event => event.type === 'content_block_delta' && event.delta.type === 'text_delta',

  repair(event) {
    switch (event.type) {
      // A ping may come anywhere; the mock sends none.
      case 'message_start': return [{ ...event, message: { ...event.message, usage: { ...counted, output_tokens: 1 } } }, { type: 'ping' }];
      case 'message_delta': return [{ ...event, usage: { output_tokens: usage.output } }];
      case 'message': return [{ ...event, usage: { ...counted, output_tokens: usage.output } }];
      default: return [event];
    }
  },
};
