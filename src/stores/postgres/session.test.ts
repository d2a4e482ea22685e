import { once } from 'node:events';
import net from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openSession } from './session.js';

const silent = net.createServer(() => undefined);
beforeAll(async () => {
  silent.listen(0, '127.0.0.1');
  await once(silent, 'listening');
});
afterAll(() => silent.close());

it('says of a client that got no connection in time where it asked for one, and what helps', async () => {
  const { port } = silent.address() as net.AddressInfo;
  const address = { store: 'postgres', host: '127.0.0.1', port, namespace: 'mine' };
  await expect(openSession(address, () => new net.Socket())).rejects.toThrow(
    `PostgreSQL at 127.0.0.1:${port} gave a client no connection within 10 s (timeout). Use fewer clients, or a machine that is less busy.`,
  );
});
