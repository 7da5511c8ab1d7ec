// Small helpers for reading what an upstream received.
import assert from 'node:assert/strict';

/** The text of a string, or of a list of parts in any of the dialects' forms. */
export function textOfParts(content) {
  if (typeof content === 'string') return content;
  return (content ?? []).map(part => part.text ?? '').join('');
}

export function parseArguments(text) {
  assert.equal(typeof text, 'string', 'arguments must be a JSON string');
  return JSON.parse(text);
}

export function parseDataUri(uri) {
  const [, mediaType, base64] = /^data:([^;,]+);base64,(.*)$/.exec(uri) ?? assert.fail(`not a data URI: ${String(uri).slice(0, 60)}`);
  return { mediaType, base64 };
}

/** A result that travelled as text: the caller's JSON. */
export const valueOf = text => unwrap(JSON.parse(text));

/** Gemini takes objects only, so a gateway may have to wrap; what counts is the value inside. */
export function unwrap(value) {
  assert.ok(value !== null && typeof value === 'object', 'a result must be an object');
  const keys = Object.keys(value);
  if (keys.length !== 1 || !['output', 'result', 'content'].includes(keys[0])) return value;
  const inner = value[keys[0]];
  return typeof inner === 'string' ? JSON.parse(inner) : inner;
}
