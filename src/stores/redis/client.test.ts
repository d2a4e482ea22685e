import { once } from 'node:events';
import net from 'node:net';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { openRedisClient } from './client.js';

const silent = net.createServer(() => undefined);
beforeAll(async () => {
  silent.listen(0, '127.0.0.1');
  await once(silent, 'listening');
});
afterEach(() => vi.useRealTimers());
afterAll(() => silent.close());

it('says of a client that got no connection in time where it asked for one, and what helps', async () => {
  const { port } = silent.address() as net.AddressInfo;
  const address = { store: 'redis', host: '127.0.0.1', port, namespace: 'mine' };
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const connected = once(silent, 'connection');
  const opening = openRedisClient(address, 'mine', () => new net.Socket());
  const late = expect(opening).rejects.toThrow(
    `Redis at 127.0.0.1:${port} gave a client no connection within 10 s (timeout). Use fewer clients, or a machine that is less busy.`,
  );
  await connected;
  vi.advanceTimersByTime(10_000);
  await late;
});
