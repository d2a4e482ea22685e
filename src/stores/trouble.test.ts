import { afterAll, describe, expect, it as test } from 'vitest';
import type { StoreAddress } from '../core/context.js';
import { openReaper, type Reaper } from '../process/reaper.js';
import { STORES } from './index.js';
import { rejection } from './slots.fixture.js';
import type { StoreServer } from './store.js';
import { whyMissing } from './why-missing.fixture.js';

const reaper = openReaper();
afterAll(() => reaper.close());
const request = { allowRemote: false, runId: 'trouble', connections: 2 };

interface Opened {
  readonly server: StoreServer;
  readonly address: StoreAddress;
  /** The server's own process, which is ours to kill. */
  readonly pid: number;
}

async function openOwn(store: string): Promise<Opened> {
  let pid = 0;
  const seeing: Reaper = {
    ...reaper,
    guardProcess: (started, signal) => {
      pid = started;
      reaper.guardProcess(started, signal);
    },
  };
  const open = await STORES[store]!();
  const server = await open({ ...request, url: undefined, reaper: seeing });
  const { address } = await server.namespace();
  return { server, address, pid };
}

/** The same server as one that somebody else runs. */
async function openNamed({ store, host, port, user = '', password = '', database = '' }: StoreAddress) {
  const login = password === '' ? '' : `${user}:${password}@`;
  const open = await STORES[store]!();
  return open({ ...request, url: `${store}://${login}${host}:${port}/${database}`, reaper });
}

const stores = [
  ['postgres', undefined],
  ['mongodb', whyMissing('mongodb')],
  ['redis', whyMissing('redis')],
] as const;

describe.concurrent('a server of this run', { timeout: 90_000 }, () => {
  for (const [store, missing] of stores) {
    const name = missing === undefined ? store : `${store} (${missing})`;
    const it = test.skipIf(missing);

    it(`is dead when its process was seen to end, and says how: ${name}`, async () => {
      const { server, pid } = await openOwn(store);
      expect(await server.trouble()).toBeUndefined();
      process.kill(pid, 'SIGKILL');
      expect(await server.trouble()).toEqual({
        words: `the ${store} server died: its process was ended by SIGKILL, as the system does where memory runs out`,
        isGone: true,
      });
      await server.stop();
    });

    it(`is not dead while it only says nothing, and is well when it answers again: ${name}`, async () => {
      const { server, address, pid } = await openOwn(store);
      process.kill(pid, 'SIGSTOP');
      const trouble = await server.trouble();
      process.kill(pid, 'SIGCONT');
      expect(trouble).toEqual({
        words: expect.stringMatching(
          `^the ${store} server at 127.0.0.1:${address.port} took a connection, and did not answer within 8 s, though its process runs: .*use fewer clients`,
        ) as string,
        isGone: false,
      });
      expect(await server.trouble()).toBeUndefined();
      await server.stop();
    });

    it(`that a URL names is gone when nobody takes connections there, and not called dead: ${name}`, async () => {
      const own = await openOwn(store);
      const named = await openNamed(own.address);
      expect(await named.trouble()).toBeUndefined();
      await own.server.stop();
      const trouble = await named.trouble();
      expect(trouble).toEqual({
        words: `the ${store} server at 127.0.0.1:${own.address.port} takes no connections any more (connection refused): it was stopped, or is being started again`,
        isGone: true,
      });
      await rejection(named.stop()).catch(() => undefined);
    });
  }
});

describe('a server that takes no client', () => {
  test('says why, in its own words', async () => {
    const { server, address } = await openOwn('postgres');
    const { default: pg } = await import('pg');
    const { host, port, user, password, database } = address;
    const held = [];
    for (;;) {
      const client = new pg.Client({ host, port, user, password, database });
      client.on('error', () => undefined);
      const connected = await client.connect().then(
        () => true,
        () => false,
      );
      if (!connected) break;
      held.push(client);
    }
    expect(await server.trouble()).toEqual({
      words: expect.stringMatching(/runs, and takes no client: .*(slots|too many clients)/) as string,
      isGone: false,
    });
    await Promise.all(held.map((client) => client.end()));
    await server.stop();
  });
});
