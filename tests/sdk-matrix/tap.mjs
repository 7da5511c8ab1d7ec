// One upstream as a gateway sees it: records exactly what arrives, asks aimock for the answer, makes the answer as faithful as
// the real server's (see each upstream's `repair`), and fails on purpose where the cell's fault says so.
import http from 'node:http';
import { once } from 'node:events';
import { cellIdIn } from './matrix.mjs';

export async function startTap(upstream, mockUrl, findCell, port = 0) {
  const server = http.createServer((req, res) => {
    answer(upstream, mockUrl, findCell, req, res).catch(error => {
      // A fault of the harness itself: seen as a 599 that no scenario expects.
      if (!res.headersSent) res.writeHead(599, { 'content-type': 'text/plain' });
      res.end(`tap: ${error.stack}`);
    });
  });
  // A connection that is closed while idle would look like an upstream that failed.
  server.keepAliveTimeout = 120_000;
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${server.address().port}`;
  return { url, baseUrl: url + upstream.basePath, close: () => { server.closeAllConnections(); server.close(); } };
}

async function answer(upstream, mockUrl, findCell, req, res) {
  const closed = new Promise(resolve => res.once('close', () => resolve({ complete: res.writableFinished })));
  const body = await readAll(req);
  const cell = findCell(cellIdIn(body));
  if (!cell) throw new Error(`no known cell in ${req.method} ${req.url} ${body.slice(0, 300)}`);
  const url = new URL(req.url, 'http://tap');
  cell.received({ path: decodeURIComponent(url.pathname), url, headers: req.headers, body, json: JSON.parse(body), closed });

  const fault = cell.fault;
  if (fault.kind === 'silent') return;

  const reply = await askMock(mockUrl, req, body);
  const type = reply.headers['content-type'] ?? '';
  const context = { cellId: cell.id, streamed: /event-stream|ndjson/.test(type) };
  const headers = { 'content-type': type, ...(reply.headers['retry-after'] && { 'retry-after': reply.headers['retry-after'] }) };
  if (!context.streamed) {
    const [whole] = upstream.repair(JSON.parse(await readAll(reply)), context);
    res.writeHead(reply.statusCode, headers).end(JSON.stringify(whole));
    return;
  }
  res.writeHead(reply.statusCode, headers);
  await relayEvents(upstream, reply, res, fault, context);
}

/** Event by event; after the first text the cell's fault decides how it goes on. */
async function relayEvents(upstream, reply, res, fault, context) {
  let held = fault.kind === 'none';
  for await (const frame of frames(reply, upstream.lines ? /\r?\n/ : /\r?\n\r?\n/)) {
    const data = upstream.lines ? frame : /^data: ?(.*)$/m.exec(frame)?.[1];
    if (!data) continue;
    if (data === '[DONE]') {
      res.write(`data: [DONE]${upstream.separator}`);
      continue;
    }
    for (const event of upstream.repair(JSON.parse(data), context)) {
      res.write(format(upstream, event));
      if (held || !upstream.isText(event)) continue;
      held = true;
      await fault.callerSawText;
      if (fault.kind === 'hold') continue;
      if (fault.kind === 'break') res.socket.destroy();
      if (fault.kind === 'end') res.end();
      reply.destroy();
      return; // 'hang': nothing more is sent and nothing is closed
    }
  }
  res.end();
}

function format(upstream, event) {
  const data = JSON.stringify(event);
  if (upstream.lines) return data + upstream.separator;
  return (event.type ? `event: ${event.type}\n` : '') + `data: ${data}${upstream.separator}`;
}

function askMock(mockUrl, req, body) {
  return new Promise((resolve, reject) => {
    const headers = { ...req.headers, 'content-length': Buffer.byteLength(body) };
    for (const name of ['host', 'connection', 'accept-encoding', 'transfer-encoding', 'expect']) delete headers[name];
    const asked = http.request(mockUrl + req.url, { method: req.method, headers, agent: false }, resolve);
    asked.on('error', reject);
    asked.end(body);
  });
}

async function readAll(stream) {
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

async function* frames(stream, separator) {
  let rest = '';
  stream.setEncoding('utf8');
  for await (const chunk of stream) {
    const parts = (rest + chunk).split(separator);
    rest = parts.pop();
    yield* parts.filter(Boolean);
  }
  if (rest.trim()) yield rest;
}
