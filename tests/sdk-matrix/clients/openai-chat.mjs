import OpenAI from 'openai';
import { errorKinds } from './openai-errors.mjs';

const dataUri = image => `data:${image.mediaType};base64,${image.base64}`;

function bodyOf(req) {
  const content = req.image
    ? [{ type: 'text', text: req.prompt }, { type: 'image_url', image_url: { url: dataUri(req.image) } }]
    : req.prompt;
  const messages = [...(req.system ? [{ role: 'system', content: req.system }] : []), { role: 'user', content }];
  for (const { answer, results } of req.rounds ?? []) {
    messages.push(answer.native, ...results.map(r => ({ role: 'tool', tool_call_id: r.call.id, content: JSON.stringify(r.value) })));
  }
  return {
    model: req.model, messages,
    max_completion_tokens: req.maxTokens, temperature: req.temperature, stop: req.stop,
    tools: req.tools?.map(t => ({ type: 'function', function: t })),
    response_format: req.schema && { type: 'json_schema', json_schema: { ...req.schema, strict: true } },
  };
}

function read(completion) {
  const [{ message, finish_reason }] = completion.choices;
  const u = completion.usage;
  return {
    text: message.content ?? '',
    calls: (message.tool_calls ?? []).map(c => ({ id: c.id, name: c.function.name, args: JSON.parse(c.function.arguments) })),
    finished: finish_reason,
    usage: u && {
      input: u.prompt_tokens, cached: u.prompt_tokens_details?.cached_tokens,
      output: u.completion_tokens, reasoning: u.completion_tokens_details?.reasoning_tokens, total: u.total_tokens,
    },
    parsed: message.parsed,
    native: { role: 'assistant', content: message.content, tool_calls: message.tool_calls },
  };
}

export default {
  name: 'openai-chat', title: 'openai, chat.completions', package: 'openai',
  shows: { cached: true, reasoning: true },
  givesIds: true,
  finish: { text: 'stop', tools: 'tool_calls' },
  endMarkers: /\[DONE\]|"finish_reason":\s*"/,

  create: ({ url, key, fetch, headers }) => new OpenAI({ baseURL: `${url}/v1`, apiKey: key, maxRetries: 0, fetch, defaultHeaders: headers }),

  async ask(sdk, req, { signal } = {}) {
    const completions = sdk.chat.completions;
    return read(await (req.schema ? completions.parse(bodyOf(req), { signal }) : completions.create(bodyOf(req), { signal })));
  },

  /** Through the SDK's own accumulator, which refuses what is not a complete stream. */
  async stream(sdk, req, { onText } = {}) {
    const stream = sdk.chat.completions.stream({ ...bodyOf(req), ...(req.usage && { stream_options: { include_usage: true } }) });
    const unasked = [];
    for await (const chunk of stream) {
      if (!req.usage && (chunk.usage || chunk.choices.length === 0)) unasked.push('a usage chunk that the caller did not ask for');
      if (chunk.choices[0]?.delta.content) onText?.(chunk.choices[0].delta.content);
    }
    return { ...read(await stream.finalChatCompletion()), unasked };
  },

  async* events(sdk, req, { signal } = {}) {
    for await (const chunk of await sdk.chat.completions.create({ ...bodyOf(req), stream: true }, { signal })) {
      yield { text: chunk.choices[0]?.delta?.content, end: chunk.choices[0]?.finish_reason };
    }
  },

  ...errorKinds,
};
