// What is multiplied with what, and the facts that both ends of a cell must agree on.

export const clients = ['openai-chat', 'openai-responses', 'anthropic', 'gemini', 'ollama'];
export const upstreams = ['openai-chat', 'openai-responses', 'anthropic-messages', 'gemini', 'ollama'];

/** Key, the words of the report, and what a pass means (printed under the table). */
export const scenarios = [
  ['plain', 'plain', 'system prompt, sampling settings, provider credentials and model reach the upstream in its own fields; the text comes back equal, with the gateway\'s headers'],
  ['streamed', 'streamed', 'the first piece reaches the caller while the upstream still holds the rest back; the joined text is equal; no usage is shown to a caller that did not ask for it'],
  ['tool-call', 'tool call', 'the tool definition reaches the upstream; name and arguments come back equal, complete and streamed'],
  ['tool-round-trip', 'tool round trip', 'the call and its result reach the upstream in its own shape with the id it issued (a Gemini thought signature too); the final text comes back'],
  ['parallel-tools', 'parallel tools', 'three calls in one answer, two of the same tool, complete and streamed; three results, answered in another order, each reach the call they belong to'],
  ['image', 'image', 'the bytes and the media type of an inline image reach the upstream unchanged'],
  ['json-schema', 'JSON schema', 'the schema reaches the upstream in its own field; the SDK parses the answer'],
  ['usage', 'usage', 'input, cached, output and reasoning tokens equal what the upstream counted, complete and streamed'],
  ['error-400', '400', 'one upstream call; the SDK throws its own type with the caller\'s dialect\'s error body and the upstream\'s message'],
  ['error-429', '429 + Retry-After', 'as 400, and Retry-After is kept'],
  ['error-500', '500', 'as 400'],
  ['cut', 'cut mid-stream', 'the upstream breaks the connection, or ends the body early, after the first text: the SDK raises an error and no end marker is ever sent'],
  ['abort', 'caller aborts', 'mid-stream and while waiting: the upstream connection is closed within a second'],
].map(([key, title, meaning]) => ({ key, title, meaning }));

/** All cells, or those of one client and its own dialect when there is no gateway between. */
export function cells({ direct, only }) {
  const sameDialect = { anthropic: 'anthropic-messages' };
  const all = [];
  for (const client of clients) {
    for (const upstream of upstreams) {
      if (direct && (sameDialect[client] ?? client) !== upstream) continue;
      for (const { key: scenario } of scenarios) {
        const cell = { client, upstream, scenario, id: `${client}.${upstream}.${scenario}` };
        if (Object.entries(only).every(([field, values]) => values.includes(cell[field]))) all.push(cell);
      }
    }
  }
  return all;
}

/** Multi-byte characters, quotes, a backslash and a line break; the id makes an answer that went to the wrong caller visible. */
export const textOf = id => `Zug 🚂 fährt “pünktlich” ab, 第七 Gleis:\n\t"\\o/" ${id} … fin ✓`;

/** Every prompt carries the id, so that the upstream knows which cell a request belongs to, whatever the gateway did to its headers. */
export const markerOf = id => `[cell ${id}]`;
export const promptOf = (id, text) => `${markerOf(id)} ${text}`;
export const cellIdIn = body => /\[cell ([\w.-]+)\]/.exec(body)?.[1];

export const system = 'You are the signalman of a small station.';
export const sampling = { maxTokens: 321, temperature: 0.25, stop: ['STOPWORD'] };

export const tools = [
  {
    name: 'get_weather', description: 'The weather in a city.',
    parameters: {
      type: 'object',
      properties: { city: { type: 'string', description: 'City name' }, unit: { type: 'string', enum: ['celsius', 'fahrenheit'] } },
      required: ['city'],
    },
  },
  {
    name: 'get_time', description: 'The time in a zone.',
    parameters: { type: 'object', properties: { zone: { type: 'string' } }, required: ['zone'] },
  },
];

const call = (name, args, result) => ({ name, args, result });
export const singleCall = [call('get_weather', { city: 'Zürich', unit: 'celsius' }, { temperature: 18, sky: 'clear "blue"' })];
export const parallelCalls = [
  call('get_weather', { city: 'Zürich', unit: 'celsius' }, { temperature: 18 }),
  call('get_weather', { city: 'Oslo', unit: 'celsius' }, { temperature: 4 }),
  call('get_time', { zone: 'Europe/Oslo' }, { time: '14:05' }),
];

/** An id that only this cell's upstream issues. */
export const callId = (prefix, cellId, index) =>
  prefix + [...`${cellId}#${index}`].reduce((h, c) => (h * 31n + BigInt(c.codePointAt(0))) & 0xffffffffffffffffn, 7n).toString(16).padStart(16, '0');

/** Eight by eight pixels. */
export const image = {
  mediaType: 'image/png',
  base64: 'iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAAG0lEQVR4nGP49evXCTk5TJIBq+ivX78YBqUOAGnnfkF0sfUpAAAAAElFTkSuQmCC',
};

export const schema = {
  name: 'departure',
  schema: {
    type: 'object',
    properties: {
      train: { type: 'string' },
      platform: { type: 'integer' },
      stops: { type: 'array', items: { type: 'string' } },
    },
    required: ['train', 'platform', 'stops'],
    additionalProperties: false,
  },
};
export const departure = { train: 'IC 705', platform: 7, stops: ['Genève', 'Bern', 'Zürich'] };

/** Output includes reasoning, input includes cached: an upstream that cannot split them reports the sums. */
export const usage = { input: 230, cached: 64, output: 57, reasoning: 20 };
export const retryAfter = 3;

export const errors = {
  'error-400': { status: 400, message: 'The signal at the upstream stands at danger.' },
  'error-429': { status: 429, message: 'The upstream line is occupied.' },
  'error-500': { status: 500, message: 'The upstream interlocking failed.' },
};
