import { expect, it } from 'vitest';
import type { TargetContext } from '../core/context.js';
import { freePort } from './listening.js';
import { connectMongodb } from './mongodb/connect.js';
import { connectPostgres } from './postgres/connect.js';
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
