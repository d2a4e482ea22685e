import { setTimeout as wait } from 'node:timers/promises';
import type { Client } from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openWiredServer, type WiredServer } from './wire.fixture.js';

let wired: WiredServer;
let clients: readonly Client[];
const notices: string[] = [];
beforeAll(async () => {
  wired = await openWiredServer();
  await wired.direct.query('create table item (id int primary key, n int)');
  await wired.direct.query('insert into item values (0, 0), (1, 0), (2, 0)');
  clients = await Promise.all([0, 1, 2].map((client) => wired.connect(client)));
  for (const client of clients) client.on('notice', ({ message }) => notices.push(message ?? ''));
  await wired.wire.learn();
});
beforeEach(() => {
  notices.length = 0;
});
afterAll(async () => {
  wired.wire.hold(false);
  await Promise.all(clients.map((client) => client.end()));
  await wired.stop();
});

async function untilBlocked(client: number): Promise<void> {
  while (!(await wired.wire.blocked([0, 1, 2])).has(client)) await wait(1);
}

/** Each client takes its own row, then, in this order, the row of the next one. Returns what each was told. */
async function circle(order: readonly number[]): Promise<Record<number, string>> {
  wired.wire.hold(true);
  for (const client of order) {
    void clients[client]!.query('begin');
    await wired.gate.release(client);
    void clients[client]!.query('update item set n = n + 1 where id = $1', [client]);
    await wired.gate.release(client);
  }
  const told: Record<number, string> = {};
  const answers = order.map((client, at) => async () => {
    const next = order[(at + 1) % order.length];
    clients[client]!.query('update item set n = n + 1 where id = $1', [next]).catch(() => undefined);
    told[client] = (await wired.gate.release(client)).label;
  });
  const running: Promise<void>[] = [];
  for (const [at, answer] of answers.entries()) {
    running.push(answer());
    if (at < order.length - 1) await untilBlocked(order[at]!);
  }
  // Whoever is let go on commits, so that the others can.
  const ended = order.map(async (client, at) => {
    await running[at];
    void clients[client]!.query('commit');
    await wired.gate.release(client);
  });
  await Promise.all(ended);
  wired.wire.hold(false);
  return told;
}

const victims = (told: Record<number, string>) =>
  Object.entries(told)
    .filter(([, label]) => label === 'error 40P01: deadlock detected')
    .map(([client]) => Number(client));

describe('the victim of a deadlock', () => {
  it('is whoever closes the circle, every time', async () => {
    wired.wire.chooseVictim(undefined);
    for (const order of [
      [0, 1],
      [1, 0],
      [0, 1, 2],
      [2, 0, 1],
    ]) {
      for (let times = 0; times < 3; times += 1) expect(victims(await circle(order))).toEqual([order.at(-1)]);
    }
  });

  it.each([0, 1, 2])('is client %i where that is chosen, whoever closes the circle', async (victim) => {
    expect(wired.wire.deadlockVictim).toBe('scheduler');
    wired.wire.chooseVictim(victim);
    for (const order of [
      [0, 1, 2],
      [1, 2, 0],
    ])
      expect(victims(await circle(order))).toEqual([victim]);
  });

  it('says nothing to clients that they did not ask for', async () => {
    wired.wire.chooseVictim(undefined);
    await circle([0, 1]);
    expect(notices).toEqual([]);
  });

  it('can be another one from circle to circle, also in the middle of a transaction', async () => {
    wired.wire.chooseVictim(1);
    expect(victims(await circle([0, 1]))).toEqual([1]);
    const [one, other] = [clients[0]!, clients[1]!];
    const prepared = { name: 'mine', text: 'select n from item where id = $1' };
    await one.query('begin');
    await one.query(prepared, [2]);
    wired.wire.chooseVictim(0);
    await one.query('update item set n = n + 1 where id = 0');
    await other.query('begin');
    await other.query('update item set n = n + 1 where id = 1');
    wired.wire.hold(true);
    const failed = one.query('update item set n = n + 1 where id = 1').catch((error: Error) => error.message);
    void wired.gate.release(0);
    await untilBlocked(0);
    const went = other.query('update item set n = n + 1 where id = 0');
    void wired.gate.release(1);
    expect(await failed).toBe('deadlock detected');
    expect((await went).rowCount).toBe(1);
    wired.wire.hold(false);
    await one.query('rollback');
    await other.query('rollback');
    // What the client had prepared is still there, and nothing of ours is.
    await one.query(prepared, [2]);
    const { rows } = await one.query('select name from pg_prepared_statements');
    expect(rows).toEqual([{ name: 'mine' }]);
  });
});

describe('a wait', () => {
  it('is told of when it begins, without being asked for', async () => {
    wired.wire.chooseVictim(undefined);
    const waiting = new Promise<number>((resolve) => wired.wire.onWaiting(resolve));
    await clients[0]!.query('begin');
    await clients[0]!.query('update item set n = 1 where id = 0');
    wired.wire.hold(true);
    const query = clients[1]!.query('update item set n = 2 where id = 0');
    void wired.gate.release(1);
    expect(await waiting).toBe(1);
    expect(await wired.wire.blocked([0, 1])).toEqual(new Map([[1, [0]]]));
    wired.wire.hold(false);
    await clients[0]!.query('commit');
    await query;
  });
});
