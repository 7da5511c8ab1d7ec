import assert from 'node:assert/strict';
import { ApiError, GoogleGenAI } from '@google/genai';

const statusWords = { 400: ['INVALID_ARGUMENT', 'FAILED_PRECONDITION'], 429: ['RESOURCE_EXHAUSTED'], 500: ['INTERNAL', 'UNKNOWN'] };

function paramsOf(req, signal) {
  const parts = [{ text: req.prompt }];
  if (req.image) parts.push({ inlineData: { mimeType: req.image.mediaType, data: req.image.base64 } });
  const contents = [{ role: 'user', parts }];
  for (const { answer, results } of req.rounds ?? []) {
    contents.push(answer.native);
    contents.push({ role: 'user', parts: results.map(r => ({ functionResponse: { id: r.call.id, name: r.call.name, response: r.value } })) });
  }
  return {
    model: req.model, contents,
    config: {
      abortSignal: signal,
      systemInstruction: req.system, maxOutputTokens: req.maxTokens, temperature: req.temperature, stopSequences: req.stop,
      tools: req.tools && [{ functionDeclarations: req.tools.map(t => ({ name: t.name, description: t.description, parametersJsonSchema: t.parameters })) }],
      ...(req.schema && { responseMimeType: 'application/json', responseJsonSchema: req.schema.schema }),
    },
  };
}

/** One answer from one response, or from all the chunks of a stream. */
function read(responses) {
  const parts = responses.flatMap(r => r.candidates?.[0]?.content?.parts ?? []);
  const u = responses.findLast(r => r.usageMetadata)?.usageMetadata;
  const text = parts.filter(p => p.text && !p.thought).map(p => p.text).join('');
  return {
    text,
    calls: parts.filter(p => p.functionCall).map(p => ({ id: p.functionCall.id, name: p.functionCall.name, args: p.functionCall.args })),
    finished: responses.map(r => r.candidates?.[0]?.finishReason).findLast(Boolean),
    usage: u && {
      input: u.promptTokenCount, cached: u.cachedContentTokenCount,
      output: (u.candidatesTokenCount ?? 0) + (u.thoughtsTokenCount ?? 0), reasoning: u.thoughtsTokenCount, total: u.totalTokenCount,
    },
    parsedText: text,
    native: { role: 'model', parts: parts.filter(p => p.functionCall || p.text) },
  };
}

export default {
  name: 'gemini', title: '@google/genai', package: '@google/genai',
  shows: { cached: true, reasoning: true },
  finish: { text: 'STOP', tools: 'STOP' },
  endMarkers: /"finishReason":\s*"/,

  create: ({ url, key, fetch, headers }) => new GoogleGenAI({ apiKey: key, httpOptions: { baseUrl: url, headers, fetch } }),

  ask: async (sdk, req, { signal } = {}) => read([await sdk.models.generateContent(paramsOf(req, signal))]),

  async stream(sdk, req, { onText } = {}) {
    const chunks = [];
    for await (const chunk of await sdk.models.generateContentStream(paramsOf(req))) {
      chunks.push(chunk);
      const text = chunk.candidates?.[0]?.content?.parts?.map(p => p.text ?? '').join('');
      if (text) onText?.(text);
    }
    return { ...read(chunks), unasked: [] };
  },

  async* events(sdk, req, { signal } = {}) {
    for await (const chunk of await sdk.models.generateContentStream(paramsOf(req, signal))) {
      yield { text: chunk.candidates?.[0]?.content?.parts?.map(p => p.text ?? '').join(''), end: chunk.candidates?.[0]?.finishReason };
    }
  },

  checkError(error, status) {
    assert.ok(error instanceof ApiError, `expected ApiError, got ${error?.constructor?.name}: ${error?.message}`);
    assert.equal(error.status, status);
    const body = JSON.parse(error.message).error;
    assert.equal(body?.code, status, 'error.code');
    assert.ok(statusWords[status].includes(body.status), `error.status ${body.status}`);
    return body.message;
  },
  isStreamError: error => error instanceof ApiError || error instanceof TypeError,
};
