import http from 'node:http';
import { afterEach, expect, it } from 'vitest';
import { ask } from '../stores/http/ask.js';
import { startRacyServer, type RacyServer } from './racy-server.js';

let server: RacyServer;
afterEach(() => server.stop());

function take(path = '/take'): Promise<number> {
  return new Promise((resolve, reject) => {
    http
      .request(`${server.baseUrl}${path}`, { method: 'POST' }, (response) => {
        response.resume().once('end', () => resolve(response.statusCode ?? 0));
      })
      .once('error', reject)
      .end();
  });
}

it('gives its one thing to all who look within the window, and to nobody who comes after', async () => {
  server = await startRacyServer({ windowMs: 800, protocol: 'http1', isEncrypted: false });
  expect(await Promise.all([take(), take(), take()])).toEqual([200, 200, 200]);
  expect(await take()).toBe(409);
  expect(await take('/reset')).toBe(204);
  expect(await take()).toBe(200);
});

it('gives it to one alone where there is no window, however close together they come', async () => {
  server = await startRacyServer({ windowMs: 0, protocol: 'http1', isEncrypted: false });
  const answers = await Promise.all(Array.from({ length: 20 }, () => take()));
  expect(answers.filter((status) => status === 200)).toHaveLength(1);
});

it.each(['http1', 'http2'] as const)(
  'speaks %s inside TLS too, for whoever takes any certificate',
  async (protocol) => {
    server = await startRacyServer({ windowMs: 0, protocol, isEncrypted: true });
    const take = { method: 'POST', path: '/take', headers: {}, body: { one: true } };
    const api = { baseUrl: server.baseUrl, withinMs: 5_000 };
    expect((await ask(take, { ...api, insecure: true })).status).toBe(200);
    expect((await ask(take, { ...api, insecure: true })).status).toBe(409);
    await expect(ask(take, { ...api, insecure: false })).rejects.toThrow('self-signed certificate');
  },
);
