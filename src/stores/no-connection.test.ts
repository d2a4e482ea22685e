import { once } from 'node:events';
import net from 'node:net';
import { expect, it } from 'vitest';
import type { TargetContext } from '../core/context.js';
import { freePort } from './listening.js';
import { connectMongodb } from './mongodb/connect.js';
import { connectPostgres } from './postgres/connect.js';
import { openSession } from './postgres/session.js';
import { connectRedis } from './redis/connect.js';
import { openSlot, rejection } from './slots.fixture.js';

const CONNECT: readonly [string, string, (context: TargetContext) => Promise<unknown>][] = [
  ['postgres', 'PostgreSQL', connectPostgres],
  ['mongodb', 'MongoDB', connectMongodb],
  ['redis', 'Redis', connectRedis],
];

it.concurrent.each(CONNECT)(
  'a client whose connection is refused says so, and where: %s',
  { timeout: 30_000 },
  async (store, product, connect) => {
    const port = await freePort();
    const { slot } = openSlot({ store, host: '127.0.0.1', port, namespace: 'mine' });
    expect(await rejection(connect(slot.context))).toMatchObject({
      message: `${product} at 127.0.0.1:${port} refused a client's connection (ECONNREFUSED): nobody took connections there just then. See that it runs, and is not started again meanwhile.`,
    });
    slot.destroy();
  },
);

it.concurrent(
  'a client that got no connection in time says so, where it asked for one, and what helps',
  async () => {
    const silent = net.createServer(() => undefined).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as net.AddressInfo;
    const address = { store: 'postgres', host: '127.0.0.1', port, namespace: 'mine' };
    await expect(openSession(address, () => new net.Socket())).rejects.toThrow(
      `PostgreSQL at 127.0.0.1:${port} gave a client no connection within 10 s (timeout). Use fewer clients, or a machine that is less busy.`,
    );
    silent.close();
  },
);
