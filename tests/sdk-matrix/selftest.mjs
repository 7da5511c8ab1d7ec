// Shows that the scenarios can fail: a proxy with one fault stands where the gateway stands, and the scenario that is there to
// notice the fault must notice it, for every client.
import http from 'node:http';
import { once } from 'node:events';
import { image, usage } from './matrix.mjs';

const rewrite = (from, to) => text => text.replaceAll(from, to);

/** What is wrong with the proxy, and who must notice. `request` and `answer` rewrite text; the rest is done by the proxy. */
export const faults = [
  // The proxy itself must not be what the scenarios notice.
  { name: 'has no fault', noticedBy: [] },
  { name: 'holds a stream back until it is complete', noticedBy: ['streamed'], buffers: true },
  { name: 'ends a broken stream cleanly', noticedBy: ['cut'], endsCleanly: true },
  { name: 'completes a broken stream with an end marker', noticedBy: ['cut'], endsCleanly: true, endMarker: true },
  { name: 'does not pass the caller\'s abort on', noticedBy: ['abort'], ignoresAbort: true },
  { name: 'drops Retry-After', noticedBy: ['error-429'], dropsRetryAfter: true },
  { name: 'answers every error with plain text', noticedBy: ['error-400', 'error-429', 'error-500'], plainErrors: true },
  { name: 'answers every error with 200', noticedBy: ['error-400', 'error-429', 'error-500'], status: 200 },
  { name: 'calls the upstream twice', noticedBy: ['plain', 'streamed', 'error-400'], twice: true },
  { name: 'loses the system prompt', noticedBy: ['plain'], request: rewrite('signalman', 'assistant') },
  { name: 'changes a sampling setting', noticedBy: ['plain'], request: rewrite('0.25', '0.5') },
  { name: 'damages multi-byte text', noticedBy: ['plain', 'streamed'], answer: rewrite('第', '?') },
  { name: 'changes arguments of a tool call', noticedBy: ['tool-call', 'tool-round-trip', 'parallel-tools'], answer: rewrite('celsius', 'kelvin') },
  { name: 'changes a tool definition', noticedBy: ['tool-call'], request: rewrite('fahrenheit', 'kelvin') },
  { name: 'gives one result to the wrong call', noticedBy: ['parallel-tools'], request: text => text.replace(/(temperature\W+)(18|4)/g, (_, key, n) => key + (n === '18' ? '4' : '18')) },
  { name: 'damages an image', noticedBy: ['image'], request: rewrite(image.base64, image.base64.replace('IHDR', 'ihdr').replace('AAAA', 'AAAB')) },
  { name: 'loses a property of the schema', noticedBy: ['json-schema'], request: rewrite('"platform"', '"track"') },
  { name: 'changes the parsed answer', noticedBy: ['json-schema'], answer: rewrite('IC 705', 'IC 706') },
  { name: 'reports no input tokens', noticedBy: ['usage'], answer: text => text.replaceAll(String(usage.input), '0').replaceAll(String(usage.input - usage.cached), '0') },
  { name: 'reports other output tokens', noticedBy: ['usage'], answer: text => text.replaceAll(/([Tt]okens?(?:Count)?|eval_count)":(57|37)\b/g, '$1":1') },
];

export async function startFaultyProxy(fault, targetUrl) {
  const server = http.createServer((req, res) => { pass(fault, targetUrl, req, res).catch(() => res.destroy()); });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { url: `http://127.0.0.1:${server.address().port}`, close: () => { server.closeAllConnections(); server.close(); } };
}

async function pass(fault, targetUrl, req, res) {
  let body = await readAll(req);
  if (fault.request) body = fault.request(body);
  if (fault.twice) (await send(targetUrl, req, body)).resume();
  const upstream = send(targetUrl, req, body, asked => {
    if (!fault.ignoresAbort) res.once('close', () => asked.destroy());
  });
  const reply = await upstream;
  const failed = reply.statusCode >= 400;
  const headers = { 'content-type': failed && fault.plainErrors ? 'text/plain' : reply.headers['content-type'] };
  if (reply.headers['retry-after'] && !fault.dropsRetryAfter) headers['retry-after'] = reply.headers['retry-after'];
  res.writeHead(failed ? fault.status ?? reply.statusCode : reply.statusCode, headers);
  if (failed && fault.plainErrors) {
    reply.resume();
    res.end('something went wrong');
    return;
  }
  if (fault.buffers || (fault.answer && !/stream|ndjson/.test(headers['content-type']))) {
    const whole = await readAll(reply);
    res.end(fault.answer ? fault.answer(whole) : whole);
    return;
  }
  try {
    reply.setEncoding('utf8');
    for await (const chunk of reply) res.write(fault.answer ? fault.answer(chunk) : chunk);
    res.end();
  } catch {
    if (!fault.endsCleanly) res.socket?.destroy();
    else res.end(fault.endMarker ? endMarkerOf(headers['content-type'], req.url) : '');
  }
}

function endMarkerOf(type, url) {
  if (type.includes('ndjson')) return '{"message":{"role":"assistant","content":""},"done":true,"done_reason":"stop"}\n';
  if (url.includes(':stream')) return 'data: {"candidates":[{"content":{"role":"model","parts":[{"text":""}]},"finishReason":"STOP"}]}\r\n\r\n';
  if (url.includes('responses')) return 'event: response.completed\ndata: {"type":"response.completed","response":{"output":[]}}\n\n';
  if (url.includes('messages')) return 'event: message_stop\ndata: {"type":"message_stop"}\n\n';
  return 'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n';
}

function send(targetUrl, req, body, onRequest = () => {}) {
  return new Promise((resolve, reject) => {
    const headers = { ...req.headers, 'content-length': Buffer.byteLength(body) };
    for (const name of ['host', 'connection', 'transfer-encoding']) delete headers[name];
    const asked = http.request(targetUrl + req.url, { method: req.method, headers }, resolve);
    asked.on('error', reject);
    onRequest(asked);
    asked.end(body);
  });
}

async function readAll(stream) {
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks.map(c => Buffer.from(c))).toString('utf8');
}
