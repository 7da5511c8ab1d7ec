import assert from 'node:assert/strict';
import { callId, usage } from '../matrix.mjs';
import { parseArguments, parseDataUri, textOfParts, valueOf } from './reading.mjs';

const counted = {
  input_tokens: usage.input, input_tokens_details: { cached_tokens: usage.cached },
  output_tokens: usage.output, output_tokens_details: { reasoning_tokens: usage.reasoning },
  total_tokens: usage.input + usage.output,
};

export default {
  name: 'openai-responses', provider: 'up-responses', model: 'gpt-4.1-mini', basePath: '/v1', separator: '\n\n',
  reports: { cached: true, reasoning: true },
  losesStop: true,
  callId: (cellId, index) => callId('call_', cellId, index),
  errorType: { 'error-400': 'invalid_request_error', 'error-429': 'rate_limit_error', 'error-500': 'server_error' },

  read({ path, headers, json }) {
    assert.equal(path, '/v1/responses');
    const items = typeof json.input === 'string' ? [{ role: 'user', content: json.input }] : json.input;
    if (json.text?.format?.type === 'json_schema') assert.match(json.text.format.name ?? '', /^[\w-]{1,64}$/, 'a schema needs a name');
    const said = role => items.filter(i => role.includes(i.role)).map(i => textOfParts(i.content));
    return {
      key: headers.authorization?.replace(/^Bearer /, ''),
      model: json.model,
      stream: json.stream === true,
      system: [json.instructions, ...said(['system', 'developer'])].filter(Boolean).join('\n'),
      user: said(['user']).join('\n'),
      images: items.flatMap(i => Array.isArray(i.content) ? i.content : []).filter(p => p.type === 'input_image').map(p => parseDataUri(p.image_url)),
      tools: json.tools?.map(t => { assert.equal(t.type, 'function'); return t; }),
      calls: items.filter(i => i.type === 'function_call').map(c => ({ id: c.call_id, name: c.name, args: parseArguments(c.arguments) })),
      results: items.filter(i => i.type === 'function_call_output').map(r => ({ id: r.call_id, value: valueOf(textOfParts(r.output)) })),
      schema: json.text?.format?.type === 'json_schema' ? json.text.format.schema : undefined,
      maxTokens: json.max_output_tokens,
      temperature: json.temperature,
      stop: [],
    };
  },

  isText: event => event.type === 'response.output_text.delta',

  repair(event) {
    if (event.usage) return [{ ...event, usage: counted }];
    return event.response?.usage ? [{ ...event, response: { ...event.response, usage: counted } }] : [event];
  },
};
