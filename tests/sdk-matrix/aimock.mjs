// The mock upstream of all dialects: one process, with fixtures written for the cells that will run.
import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { departure, errors, markerOf, parallelCalls, retryAfter, singleCall, textOf } from './matrix.mjs';
import { freePort, linesOf } from './processes.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));

export async function startMock(cells, upstreams, folder) {
  const file = path.join(folder, 'fixtures.json');
  await writeFile(file, JSON.stringify({ fixtures: cells.flatMap(cell => fixturesOf(cell, upstreams[cell.upstream])) }));
  const port = await freePort();
  const program = path.join(here, 'node_modules', '@copilotkit', 'aimock', 'dist', 'cli.js');
  const mock = spawn(process.execPath, [program, '-p', String(port), '-f', file, '-c', '16', '--strict'], { stdio: ['ignore', 'pipe', 'pipe'] });
  await linesOf(mock, line => line.includes('listening on'), 30_000, 'aimock');
  return { url: `http://127.0.0.1:${port}`, close: () => mock.kill() };
}

function fixturesOf({ id, scenario }, upstream) {
  const userMessage = markerOf(id);
  const text = { match: { userMessage }, response: { content: textOf(id) } };
  switch (scenario) {
    case 'error-400':
    case 'error-429':
    case 'error-500': {
      const { status, message } = errors[scenario];
      return [{ match: { userMessage }, response: { status, error: { message, type: upstream.errorType[scenario] }, ...(status === 429 && { retryAfter }) } }];
    }
    case 'json-schema':
      return [{ match: { userMessage }, response: { content: JSON.stringify(departure) } }];
    case 'tool-call':
    case 'tool-round-trip':
    case 'parallel-tools':
      return [
        { ...text, match: { userMessage, hasToolResult: true } },
        { match: { userMessage }, response: { toolCalls: toolCalls(id, scenario === 'parallel-tools' ? parallelCalls : singleCall, upstream) } },
      ];
    default:
      return [text];
  }
}

const toolCalls = (id, calls, upstream) =>
  calls.map((call, i) => ({ id: upstream.callId(id, i), name: call.name, arguments: JSON.stringify(call.args) }));
