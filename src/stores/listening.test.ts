import { once } from 'node:events';
import net from 'node:net';
import { expect, it } from 'vitest';
import { freePort } from './listening.js';

async function listening(port: number): Promise<net.Server> {
  const server = net.createServer().listen(port, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

it('gives a port that can be listened on, and that no system gives to somebody else by itself', async () => {
  for (let round = 0; round < 20; round += 1) {
    const port = await freePort();
    expect(port).toBeLessThan(32_768);
    const server = await listening(port);
    server.close();
    await once(server, 'close');
  }
});

it('passes over a port that somebody listens on', async () => {
  const free = await freePort();
  const server = await listening(await freePort());
  try {
    const { port: taken } = server.address() as net.AddressInfo;
    const drawn = [taken, taken, free];
    await expect(freePort(() => drawn.shift()!)).resolves.toBe(free);
    await expect(freePort(() => taken)).rejects.toThrow('none of 100 ports between 20000 and 32767');
  } finally {
    server.close();
  }
});
