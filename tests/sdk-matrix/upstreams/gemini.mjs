import assert from 'node:assert/strict';
import { usage } from '../matrix.mjs';
import { textOfParts, unwrap } from './reading.mjs';

const counted = {
  promptTokenCount: usage.input, cachedContentTokenCount: usage.cached,
  candidatesTokenCount: usage.output - usage.reasoning, thoughtsTokenCount: usage.reasoning,
  totalTokenCount: usage.input + usage.output,
};

/** Newer models refuse a history whose first call of a turn lost its signature. */
export const signatureOf = cellId => Buffer.from(`signed ${cellId}`).toString('base64');

export default {
  name: 'gemini', provider: 'up-gemini', model: 'gemini-2.5-flash', basePath: '', separator: '\r\n\r\n',
  reports: { cached: true, reasoning: true },
  // Gemini gives its calls no ids: results are matched by name and order, and the gateway has to mint ids for callers who need them.
  callId: () => undefined,
  errorType: { 'error-400': 'INVALID_ARGUMENT', 'error-429': 'RESOURCE_EXHAUSTED', 'error-500': 'INTERNAL' },

  read({ path, headers, url, json }) {
    const [, model, verb] = /^\/v1beta\/models\/(.+):(generateContent|streamGenerateContent)$/.exec(path) ?? assert.fail(`path ${path}`);
    if (verb === 'streamGenerateContent') assert.equal(url.searchParams.get('alt'), 'sse');
    for (const content of json.contents) assert.ok(['user', 'model'].includes(content.role), `role ${content.role}`);
    const parts = json.contents.flatMap(c => c.parts);
    const declaring = (json.tools ?? []).filter(t => t.functionDeclarations);
    assert.ok(declaring.length <= 1, 'all function declarations belong into one tool object');
    const calls = parts.filter(p => p.functionCall);
    const config = json.generationConfig ?? {};
    return {
      key: headers['x-goog-api-key'] ?? url.searchParams.get('key'),
      model,
      stream: verb === 'streamGenerateContent',
      system: textOfParts(json.systemInstruction?.parts ?? ''),
      user: json.contents.filter(c => c.role === 'user').map(c => textOfParts(c.parts)).join('\n'),
      images: parts.filter(p => p.inlineData).map(p => ({ mediaType: p.inlineData.mimeType, base64: p.inlineData.data })),
      tools: declaring[0]?.functionDeclarations.map(d => ({ ...d, parameters: d.parametersJsonSchema ?? d.parameters })),
      calls: calls.map(p => ({ id: p.functionCall.id, name: p.functionCall.name, args: p.functionCall.args })),
      results: parts.filter(p => p.functionResponse).map(p => ({ id: p.functionResponse.id, name: p.functionResponse.name, value: unwrap(p.functionResponse.response) })),
      signature: calls[0]?.thoughtSignature,
      schema: config.responseMimeType === 'application/json' ? config.responseJsonSchema ?? config.responseSchema : undefined,
      maxTokens: config.maxOutputTokens,
      temperature: config.temperature,
      stop: config.stopSequences ?? [],
    };
  },

  isText: event => Boolean(event.candidates?.[0]?.content?.parts?.some(p => p.text)),

  repair(event, { cellId, streamed }) {
    if (event.error) return [event];
    const candidate = event.candidates[0];
    // The enumeration has no FUNCTION_CALL: a real server says STOP whether or not it calls.
    if (candidate.finishReason === 'FUNCTION_CALL') candidate.finishReason = 'STOP';
    const call = candidate.content.parts.find(p => p.functionCall);
    if (call) call.thoughtSignature = signatureOf(cellId);
    const last = Boolean(candidate.finishReason);
    const soFar = { promptTokenCount: usage.input, candidatesTokenCount: 1, totalTokenCount: usage.input + 1 };
    const repaired = { ...event, usageMetadata: last ? counted : soFar, modelVersion: this.model, responseId: 'resp-1' };
    if (!streamed || !call || !last) return [repaired];
    // Newer models send the finish reason in a later event than the call.
    const { finishReason, ...calling } = candidate;
    return [
      { ...repaired, candidates: [calling], usageMetadata: soFar },
      { ...repaired, candidates: [{ content: { role: 'model', parts: [{ text: '' }] }, finishReason, index: 0 }] },
    ];
  },
};
