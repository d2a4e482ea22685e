import { setTimeout as pause } from 'node:timers/promises';
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
  while (!(await wired.wire.blocked([0, 1, 2])).has(client)) await pause(1);
}

/** This client looks for a deadlock so long after its wait began, and nobody else does. Undefined: everybody, at once. */
function choose(victim: number | undefined, withinMs = 50): void {
  for (const client of [0, 1, 2]) {
    const clock = client === victim ? withinMs : 'never';
    wired.wire.setDeadlockClock(client, victim === undefined ? 'at once' : clock);
  }
}

interface Chosen {
  readonly client: number;
  readonly withinMs: number;
}

/** Each client takes its own row, then, in this order, the row of the next one. Returns what each was told. */
async function circle(order: readonly number[], victim?: Chosen): Promise<Record<number, string>> {
  for (const client of order) {
    await clients[client]!.query('begin');
    await clients[client]!.query('update item set n = n + 1 where id = $1', [client]);
  }
  const told = await closed(order, victim);
  return told;
}

/** Each asks for the row of the next one. `victim`: cancelled where it looked before the circle was closed, so that nobody fails. */
async function closed(order: readonly number[], victim?: Chosen): Promise<Record<number, string>> {
  const told: Record<number, string> = {};
  wired.wire.hold(true);
  const running: Promise<void>[] = [];
  for (const [at, client] of order.entries()) {
    const next = order[(at + 1) % order.length];
    clients[client]!.query('update item set n = n + 1 where id = $1', [next]).catch(() => undefined);
    const answered = wired.gate.release(client);
    // Whoever is let go on ends his transaction, so that the others can.
    const ended = answered.then(async ({ label }) => {
      told[client] = label;
      clients[client]!.query('rollback').catch(() => undefined);
      await wired.gate.release(client);
    });
    running.push(ended);
    if (at < order.length - 1) await untilBlocked(client);
  }
  const { processID } = clients[victim?.client ?? 0] as unknown as { readonly processID: number };
  const cancel = () => void wired.direct.query('select pg_cancel_backend($1)', [processID]);
  const cancelling = victim && setTimeout(cancel, 2 * victim.withinMs);
  await Promise.all(running);
  clearTimeout(cancelling);
  wired.wire.hold(false);
  return told;
}

/** A chosen victim has as much time as this machine takes to close a circle. */
async function untilSomebodyFails(
  attempt: (withinMs: number) => Promise<readonly number[]>,
): Promise<readonly number[]> {
  for (const withinMs of [50, 500, 5_000]) {
    const failed = await attempt(withinMs);
    if (failed.length > 0) return failed;
  }
  return [];
}

function victimsWhere(client: number, order: readonly number[]): Promise<readonly number[]> {
  return untilSomebodyFails(async (withinMs) => {
    choose(client, withinMs);
    return victims(await circle(order, { client, withinMs }));
  });
}

const victims = (told: Record<number, string>) =>
  Object.entries(told)
    .filter(([, label]) => label === 'error 40P01: deadlock detected')
    .map(([client]) => Number(client));

describe('the victim of a deadlock', () => {
  it('is whoever closes the circle, every time', async () => {
    choose(undefined);
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
    for (const order of [
      [0, 1, 2],
      [1, 2, 0],
    ])
      expect(await victimsWhere(victim, order)).toEqual([victim]);
  });

  it('says nothing to clients that they did not ask for', async () => {
    choose(undefined);
    await circle([0, 1]);
    expect(notices).toEqual([]);
  });

  it('can be another one from circle to circle, also in the middle of a transaction', async () => {
    expect(await victimsWhere(1, [0, 1])).toEqual([1]);
    const [one, other] = [clients[0]!, clients[1]!];
    const prepared = { name: 'mine', text: 'select n from item where id = $1' };
    const inTransaction = async (client: number, withinMs: number) => {
      await one.query('begin');
      await one.query(prepared, [2]);
      choose(client, withinMs);
      await one.query('update item set n = n + 1 where id = 0');
      await other.query('begin');
      await other.query('update item set n = n + 1 where id = 1');
      const told = await closed([0, 1], { client, withinMs });
      return victims(told);
    };
    expect(await untilSomebodyFails((withinMs) => inTransaction(0, withinMs))).toEqual([0]);
    // What the client had prepared is still there, and nothing of ours is.
    await one.query(prepared, [2]);
    const { rows } = await one.query('select name from pg_prepared_statements');
    expect(rows).toEqual([{ name: 'mine' }]);
  });
});

describe('a wait', () => {
  it('is told of when it begins, without being asked for', async () => {
    choose(undefined);
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
