import assert from 'node:assert/strict';
import { usage } from '../matrix.mjs';
import { valueOf } from './reading.mjs';

export default {
  name: 'ollama', provider: 'up-ollama', model: 'llama3.2', basePath: '', separator: '\n', lines: true,
  reports: {},
  hasNoMediaTypes: true,
  takesNoKey: true,
  callId: () => undefined,
  errorType: { 'error-400': 'invalid_request', 'error-429': 'rate_limit', 'error-500': 'server_error' },

  read({ path, json }) {
    assert.equal(path, '/api/chat');
    for (const m of json.messages) {
      assert.ok(['system', 'user', 'assistant', 'tool'].includes(m.role), `role ${m.role}`);
      assert.equal(typeof (m.content ?? ''), 'string', 'content must be a string');
    }
    const said = role => json.messages.filter(m => m.role === role);
    return {
      model: json.model,
      stream: json.stream !== false,
      system: said('system').map(m => m.content).join('\n'),
      user: said('user').map(m => m.content).join('\n'),
      images: json.messages.flatMap(m => m.images ?? []).map(base64 => ({ base64 })),
      tools: json.tools?.map(t => t.function),
      calls: said('assistant').flatMap(m => m.tool_calls ?? []).map(c => {
        assert.equal(typeof c.function.arguments, 'object', 'arguments must be an object');
        return { id: c.id, name: c.function.name, args: c.function.arguments };
      }),
      results: said('tool').map(m => ({ id: m.tool_call_id, name: m.tool_name, value: valueOf(m.content) })),
      schema: typeof json.format === 'object' ? json.format : undefined,
      maxTokens: json.options?.num_predict,
      temperature: json.options?.temperature,
      stop: json.options?.stop ?? [],
    };
  },

  isText: event => Boolean(event.message?.content),

  repair(event) {
    if (event.error) return [{ error: event.error.message ?? event.error }];
    if (!event.done) return [event];
    return [{
      ...event, prompt_eval_count: usage.input, eval_count: usage.output,
      total_duration: 4_000_000, load_duration: 1_000_000, prompt_eval_duration: 1_000_000, eval_duration: 2_000_000,
    }];
  },
};
