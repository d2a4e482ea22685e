import http from 'node:http';
import { afterEach, expect, it } from 'vitest';
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
  server = await startRacyServer({ windowMs: 800, protocol: 'http1' });
  expect(await Promise.all([take(), take(), take()])).toEqual([200, 200, 200]);
  expect(await take()).toBe(409);
  expect(await take('/reset')).toBe(204);
  expect(await take()).toBe(200);
});

it('gives it to one alone where there is no window, however close together they come', async () => {
  server = await startRacyServer({ windowMs: 0, protocol: 'http1' });
  const answers = await Promise.all(Array.from({ length: 20 }, () => take()));
  expect(answers.filter((status) => status === 200)).toHaveLength(1);
});
