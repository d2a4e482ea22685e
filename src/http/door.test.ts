import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { Door } from './door.js';
import type { Http1Connection } from './http1-connection.js';
import { afterwards, open } from './servers.fixture.js';

const aConnection = {} as Http1Connection;

describe('a door', () => {
  it('lets four in at a time, and asks behind them before it goes on', async () => {
    const told: string[] = [];
    const door = new Door(() => Promise.resolve(told.push('asked')));
    const comers = Array.from({ length: 9 }, (_, index) =>
      door.open(() => Promise.resolve((told.push(String(index)), aConnection))),
    );
    await Promise.all(comers);
    expect(told.join(' ')).toBe('0 1 2 3 asked 4 5 6 7 asked 8');
  });

  it('tells whoever could not connect, and lets the next in', async () => {
    const door = new Door(() => Promise.resolve());
    const refused = door.open(() => Promise.reject(new Error('refused')));
    const next = door.open(() => Promise.resolve(aConnection));
    await expect(refused).rejects.toThrow('refused');
    expect(await next).toBe(aConnection);
  });
});

/** As Python's own server: room for six that wait, each answer ends its connection, and to accept one takes a while. */
const NARROW_SERVER = `
  const { parentPort } = require('node:worker_threads');
  const http = require('node:http');
  const server = http.createServer((request, response) => {
    response.shouldKeepAlive = false;
    request.resume().once('end', () => response.end('{}'));
  });
  const pause = new Int32Array(new SharedArrayBuffer(4));
  server.on('connection', () => Atomics.wait(pause, 0, 0, 2));
  server.listen({ port: 0, host: '127.0.0.1', backlog: 5 }, () => parentPort.postMessage(server.address().port));
`;

it('no request is lost at a server that ends each connection and has room for six that wait', async () => {
  const worker = new Worker(NARROW_SERVER, { eval: true });
  afterwards(() => worker.terminate());
  const port = await new Promise<number>((resolve) => worker.once('message', resolve));
  const { clients, transport } = await open(`http://127.0.0.1:${port}`, 16, {});
  for (let burst = 0; burst < 3; burst += 1) {
    const held = await Promise.all(
      clients.map((client) => client.hold({ method: 'POST', path: '/', headers: {}, body: '{"a":1}' })),
    );
    await transport.aboutToRelease(true);
    const answers = await Promise.all(held.map((one) => one.release()));
    expect(answers.map(({ status }) => status)).toEqual(clients.map(() => 200));
  }
});
