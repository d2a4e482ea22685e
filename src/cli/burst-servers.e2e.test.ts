import type net from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect } from 'vitest';
import { bodyOf, PROTOCOLS, serve, serveRaw, type Handler, type Protocol } from '../http/servers.fixture.js';
import { startSeatApi } from './fixtures/seat-api.fixture.js';
import { it, judged, type UserFolder } from './fixtures/user-folder.fixture.js';

/** Between look and act, or before both. Long, so that requests meet within it however busy the machine is. */
const WINDOW_MS = 25;
const CLIENTS = 6;

/** One thing to be had; `racy` looks, waits and takes, `fixed` waits, looks and takes. */
function oneThing(how: 'racy' | 'fixed'): Handler {
  let isTaken = false;
  return (request, response) => {
    const answer = (status: number) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end('{}');
    };
    const take = async () => {
      if (how === 'fixed') await wait(WINDOW_MS);
      const seen = isTaken;
      if (how === 'racy') await wait(WINDOW_MS);
      isTaken = true;
      answer(seen ? 409 : 200);
    };
    bodyOf(request, () => {
      if (request.url === '/take') return void take();
      if (request.url === '/reset') isTaken = false;
      answer(200);
    });
  };
}

async function burst(folder: UserFolder, url: string, ...words: readonly string[]) {
  const ended = await folder.report([
    ...['burst', 'POST', `${url}/take`, '--clients', String(CLIENTS), '--body', '{"one":1}'],
    ...['--expect', '200 = 1', '--seed', 's', ...words],
  ]);
  return { ...ended, row: judged(ended.report, ended.report.targets[0]!.id) };
}

const RESET = ['--reset', 'POST /reset'];
const WORDS: Readonly<Record<Protocol, readonly string[]>> = {
  http: [],
  h2c: ['--sync', 'single-packet'],
  https: ['--insecure'],
  'https+h2': ['--insecure'],
};

describe('race-check burst', { timeout: 120_000 }, () => {
  it.for(PROTOCOLS)(
    'catches a racy server, and lets a fixed one hold, over %s',
    async (protocol, { folder, expect: here }) => {
      const words = [...RESET, '--trials', '4', ...WORDS[protocol]];
      const urls = [await serve(protocol, oneThing('racy')), await serve(protocol, oneThing('fixed'))];
      const [racy, fixed] = await Promise.all(urls.map((url) => burst(folder, url, ...words)));
      here(racy!.row.findings[0]?.message).toMatch(/^\d answers of 6 had the status 200/);
      here(racy!.code).toBe(1);
      // A trial in which nobody met is made up for.
      const ok = fixed!.row.trials.run * CLIENTS;
      here(fixed!.row.trials.counted).toBe(4);
      here(fixed!.row).toMatchObject({
        ...{ verdict: 'holds', reasons: [], operations: { ok, fail: 0, info: 0 } },
        control: { target: 'http/reference-server', caught: true },
      });
      here(fixed!.code).toBe(0);
    },
  );
});

describe('a server that acts before the body is complete', { timeout: 120_000 }, () => {
  /** One thing for the first head that comes; it never reads a body. */
  function actsOnHeads(): Handler {
    let isTaken = false;
    return (request, response) => {
      request.resume();
      if (request.url === '/reset') isTaken = false;
      const isFirst = request.url === '/take' && !isTaken;
      if (isFirst) isTaken = true;
      response.writeHead(isFirst || request.url !== '/take' ? 200 : 409, {
        'content-type': 'application/json',
      });
      response.end('{}');
    };
  }

  it.for(PROTOCOLS)(
    'is reported as one that does not wait for it, over %s',
    async (protocol, { folder, expect: here }) => {
      const url = await serve(protocol, actsOnHeads());
      const words = ['burst', 'POST', `${url}/take`, '--clients', String(CLIENTS), '--body', '{"one":1}'];
      const more = ['--expect', '200 = 1', '--trials', '4', '--seed', 's', ...RESET, ...WORDS[protocol]];
      const { row, code } = await burst(folder, url, '--trials', '4', ...RESET, ...WORDS[protocol]);
      // The first burst holds no body, and the second shows it.
      here(row.counts['early-answer']).toBe(CLIENTS);
      here([row.verdict, code]).not.toContain('violated');
      const { stdout } = await folder.run([...words, ...more, '--no-report', '--quiet'], { COLUMNS: '300' });
      here(stdout).toContain('this server does not wait for it');
      here(stdout).toMatch(/6 requests of http\/[\w-]+ were answered before the end of the body was let go/);
    },
  );

  it('is not reported where it waits', async ({ folder }) => {
    const url = await serve('http', oneThing('fixed'));
    const { row } = await burst(folder, url, '--trials', '4', ...RESET);
    expect(row.counts['early-answer'] ?? 0).toBe(0);
  });
});

it('resets and reads an API of a target that speaks nothing but HTTP/2', async ({ folder }) => {
  const api = await startSeatApi(folder, 'slow', 'http2');
  const words = ['last-seat', '--target', './mine.target.ts', '--clients', '6', '--trials', '3'];
  const { report, code, stderr } = await folder.report(words);
  const ok = judged(report, 'http/mine').trials.run * 6;
  expect(judged(report, 'http/mine'), stderr).toMatchObject({
    ...{ verdict: 'holds', operations: { ok, fail: 0, info: 0 } },
    control: { target: 'http/reference-server', caught: true },
  });
  expect(code).toBe(0);
  expect(await api.asked()).toBe(ok);
});

/** Answers every GET; does this with each other request, once it is whole or as soon as its head is there. */
function rawServer(onPost: (socket: net.Socket, count: number) => void, at: 'end' | 'head' = 'end') {
  let posts = 0;
  return serveRaw((socket) => {
    let text = '';
    let isDone = false;
    socket.on('data', (bytes) => {
      text += bytes.toString('latin1');
      if (text.startsWith('GET') && text.endsWith('\r\n\r\n')) {
        text = '';
        return void socket.write('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n');
      }
      const [head = '', body] = text.split('\r\n\r\n');
      const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? Number.NaN);
      if (body === undefined || isDone || (at === 'end' && body.length < length)) return;
      isDone = at === 'head';
      if (at === 'end') text = '';
      onPost(socket, (posts += 1));
    });
  });
}

const ANSWER = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}';

describe('race-check burst, to a server that', { timeout: 120_000 }, () => {
  it.for([
    ['resets', (socket: net.Socket) => socket.resetAndDestroy(), 'connection-lost', '20s'],
    ['sends garbage', (socket: net.Socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n'), 'not-http', '20s'],
    ['answers half', (socket: net.Socket) => socket.end(ANSWER.slice(0, -1)), 'answer-cut-off', '20s'],
    ['hangs', () => undefined, 'timeout', '600ms'],
  ] as const)('%s, leaves open what was done', async ([, onPost, code, limit], { folder, expect: here }) => {
    const url = await rawServer(onPost);
    const ended = await burst(folder, url, '--trials', '1', '--timeout', limit);
    here(ended.row).toMatchObject({ verdict: 'inconclusive', operations: { ok: 0, fail: 0, info: CLIENTS } });
    here(JSON.stringify(ended.row)).toContain(code);
    here(ended.code).toBe(2);
  });

  it('dies in mid-burst, is violated by what was answered until then, and says that it is gone', async ({
    folder,
  }) => {
    const sockets: net.Socket[] = [];
    const url = await rawServer((socket, count) => {
      sockets.push(socket);
      if (count <= 2) socket.write(ANSWER);
      if (count === 3) for (const one of sockets) one.resetAndDestroy();
    });
    const { row, code } = await burst(folder, url, '--trials', '3', '--timeout', '20s');
    expect(row.operations.ok).toBe(2);
    expect(row.operations.info).toBeGreaterThan(0);
    expect(row.verdict).toBe('violated');
    expect(code).toBe(1);
  });

  it('answers before it has the body, is told of, and its answers are no proof of an overlap', async ({
    folder,
  }) => {
    const url = await rawServer((socket, count) => socket.write(count === 1 ? ANSWER : REFUSED), 'head');
    const { row } = await burst(folder, url, '--trials', '1');
    expect(row.verdict).not.toBe('violated');
  });

  it('closes each connection after an answer, is connected to again, and judged', async ({ folder }) => {
    const url = await serve('http', (request, response) => {
      response.shouldKeepAlive = false;
      oneThing('racy')(request, response);
    });
    const { row, code } = await burst(folder, url, '--trials', '2');
    expect(row.operations).toEqual({ ok: CLIENTS, fail: 0, info: 0 });
    expect(code).toBe(1);
  });
});

const REFUSED = 'HTTP/1.1 409 Conflict\r\ncontent-length: 2\r\n\r\n{}';
