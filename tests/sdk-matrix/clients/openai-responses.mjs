import OpenAI from 'openai';
import { errorKinds } from './openai-errors.mjs';

function bodyOf(req) {
  const content = req.image
    ? [{ type: 'input_text', text: req.prompt }, { type: 'input_image', detail: 'auto', image_url: `data:${req.image.mediaType};base64,${req.image.base64}` }]
    : req.prompt;
  const input = [{ role: 'user', content }];
  for (const { answer, results } of req.rounds ?? []) {
    input.push(...answer.native, ...results.map(r => ({ type: 'function_call_output', call_id: r.call.id, output: JSON.stringify(r.value) })));
  }
  return {
    model: req.model, instructions: req.system, input, store: false,
    max_output_tokens: req.maxTokens, temperature: req.temperature,
    tools: req.tools?.map(t => ({ type: 'function', strict: false, ...t })),
    text: req.schema && { format: { type: 'json_schema', strict: true, ...req.schema } },
  };
}

function read(response) {
  const u = response.usage;
  return {
    text: response.output_text,
    calls: response.output.filter(i => i.type === 'function_call').map(c => ({ id: c.call_id, name: c.name, args: JSON.parse(c.arguments) })),
    finished: response.status,
    usage: u && {
      input: u.input_tokens, cached: u.input_tokens_details?.cached_tokens,
      output: u.output_tokens, reasoning: u.output_tokens_details?.reasoning_tokens, total: u.total_tokens,
    },
    parsed: response.output_parsed,
    native: response.output.map(({ parsed_arguments, ...item }) => item),
  };
}

export default {
  name: 'openai-responses', title: 'openai, responses', package: 'openai',
  shows: { cached: true, reasoning: true },
  givesIds: true,
  losesStop: true,
  finish: { text: 'completed', tools: 'completed' },
  endMarkers: /response\.(completed|incomplete)|"status":\s*"completed"/,

  create: ({ url, key, fetch, headers }) => new OpenAI({ baseURL: `${url}/v1`, apiKey: key, maxRetries: 0, fetch, defaultHeaders: headers }),

  async ask(sdk, req, { signal } = {}) {
    return read(await (req.schema ? sdk.responses.parse(bodyOf(req), { signal }) : sdk.responses.create(bodyOf(req), { signal })));
  },

  async stream(sdk, req, { onText } = {}) {
    const stream = sdk.responses.stream(bodyOf(req));
    let text = '';
    for await (const event of stream) {
      if (event.type !== 'response.output_text.delta') continue;
      text += event.delta;
      onText?.(event.delta);
    }
    const final = read(await stream.finalResponse());
    return { ...final, unasked: text === final.text ? [] : [`deltas joined to ${JSON.stringify(text)}`] };
  },

  async* events(sdk, req, { signal } = {}) {
    for await (const event of await sdk.responses.create({ ...bodyOf(req), stream: true }, { signal })) {
      yield {
        text: event.type === 'response.output_text.delta' ? event.delta : undefined,
        end: ['response.completed', 'response.incomplete'].includes(event.type),
        error: ['error', 'response.failed'].includes(event.type),
      };
    }
  },

  ...errorKinds,
};
