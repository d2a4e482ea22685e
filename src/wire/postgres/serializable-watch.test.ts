import { once } from 'node:events';
import net from 'node:net';
import type { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Footprint } from '../../core/step.js';
import { openWiredServer, type WiredServer } from './wire.fixture.js';

let wired: WiredServer;
/** The server's ends of connections, in the order of their coming: what is paused tells nothing of the server's answers. */
const fars: net.Socket[] = [];
beforeAll(async () => {
  wired = await openWiredServer(async ({ host, port }) => {
    const way = net.createServer((near) => {
      const far = net.connect(port, host);
      fars.push(far);
      for (const socket of [near, far]) socket.on('error', () => undefined);
      near.pipe(far).pipe(near);
    });
    way.listen(0, '127.0.0.1');
    await once(way, 'listening');
    return { port: (way.address() as net.AddressInfo).port, close: () => void way.close() };
  });
  await wired.direct.query('create table a (id int primary key, v int); insert into a values (1, 0), (2, 0)');
  await wired.wire.learn();
});
afterAll(() => wired?.stop());

/** What A's last statement and what it lets go on have touched, and who of the two was answered first. */
async function released(a: readonly string[], b: readonly string[], last: 'A' | 'B') {
  const clients: Client[] = [];
  const ends: net.Socket[] = [];
  for (const client of [0, 1]) {
    clients.push(await wired.connect(client));
    ends.push(fars.at(-1)!);
  }
  wired.wire.hold(true);
  const say = async (client: number, sql: string) => {
    const said = clients[client]!.query(sql).catch(() => undefined);
    const answered = (await wired.gate.next(client)).release();
    return { said, answered };
  };
  for (const sql of a.slice(0, -1)) await (await say(0, sql)).answered;
  for (const sql of b.slice(0, -1)) await (await say(1, sql)).answered;
  const waits = await say(1, b.at(-1)!);
  while (!(await wired.wire.blocked([0, 1])).has(1)) await new Promise(setImmediate);
  const late = ends[last === 'A' ? 0 : 1]!;
  late.pause();
  const release = await say(0, a.at(-1)!);
  const order: string[] = [];
  const [footprintA, footprintB] = [release, waits].map(async ({ answered }, index) => {
    const { footprint } = await answered;
    order.push(index === 0 ? 'A' : 'B');
    return footprint;
  }) as [Promise<Footprint>, Promise<Footprint>];
  await (last === 'A' ? footprintB : footprintA);
  late.resume();
  const footprints = [await footprintA, await footprintB];
  await Promise.all([release.said, waits.said]);
  wired.wire.hold(false);
  await Promise.all(clients.map((client) => client.end()));
  return { order: order.join(' '), footprints };
}

const SERIALIZABLE = 'begin isolation level serializable';
const READ_2 = 'select v from a where id = 2';
const UPDATE_1 = 'update a set v = v + 1 where id = 1';
const LOCK = 'select pg_advisory_xact_lock(1)';

describe('What a SERIALIZABLE transaction is seen beside', () => {
  it.each([
    ['its waiting write fails with the COMMIT', [SERIALIZABLE, READ_2, UPDATE_1, 'commit'], UPDATE_1],
    ['its waiting write goes on with the ROLLBACK', [SERIALIZABLE, READ_2, UPDATE_1, 'rollback'], UPDATE_1],
    ['it waits for a lock of who commits', [SERIALIZABLE, LOCK, UPDATE_1, 'commit'], `${LOCK}, (${READ_2})`],
    ['a failure lets it go on', [SERIALIZABLE, UPDATE_1, 'select 1 / 0'], UPDATE_1],
    ['who commits is not watched by the server', ['begin', LOCK, UPDATE_1, 'commit'], `${LOCK}, (${READ_2})`],
  ])('is the same whoever of those that one step lets go is answered first: %s', async (_, a, waits) => {
    const b = [SERIALIZABLE, READ_2, waits];
    const one = await released(a, b, 'B');
    const other = await released(a, b, 'A');
    expect([one.order, other.order]).toEqual(['A B', 'B A']);
    expect(one.footprints).toEqual(other.footprints);
  });
});
