import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openWiredServer, type WiredServer } from './wire.fixture.js';

let wired: WiredServer;
beforeAll(async () => {
  wired = await openWiredServer();
});
afterAll(() => wired?.stop());
beforeEach(async () => {
  await wired.direct.query('create table product (id int primary key, stock int)');
  await wired.direct.query('insert into product values (1, 20), (2, 30)');
});
afterEach(async () => {
  wired.wire.hold(false);
  await wired.direct.query('drop table product');
  wired.lost.length = 0;
});

/** Until the server says that this client waits for another one. */
async function untilBlocked(client: number): Promise<readonly number[]> {
  for (;;) {
    const blockers = (await wired.wire.blocked([0, 1])).get(client);
    if (blockers !== undefined) return blockers;
    await wait(1);
  }
}

describe('the wire before a PostgreSQL', () => {
  it('lets everything through until it holds', async () => {
    const client = await wired.connect(0);
    expect((await client.query('select stock from product where id = $1', [1])).rows).toEqual([
      { stock: 20 },
    ]);
    expect(wired.gate.size).toBe(0);
    await client.end();
  });

  it('holds a request until it is released, and tells of it and its answer with values', async () => {
    const client = await wired.connect(0);
    wired.wire.hold(true);
    const query = client.query('select stock from product where id = $1', [1]);
    const step = await wired.gate.next(0);
    expect(step).toMatchObject({ client: 0 });
    expect(step.label).toBe("select stock from product where id = '1'");
    await wired.direct.query('update product set stock = 7 where id = 1');
    const answer = await step.release();
    expect(answer).toMatchObject({ label: '1 row: 7', status: 'idle' });
    expect((await query).rows).toEqual([{ stock: 7 }]);
    wired.wire.hold(false);
    await client.end();
  });

  it('tells of what it lets through unheld, and which of it anybody could notice', async () => {
    const passed: { readonly client: number; readonly label: string; readonly isNoticeable: boolean }[] = [];
    await wired.wire.learn();
    const client = await wired.connect(1);
    wired.wire.onPassed((step) => {
      const isNoticeable = wired.wire.isNoticeable(step.footprint);
      passed.push({ client: step.client, label: step.label, isNoticeable });
    });
    const said = ['select 1', 'select stock from product', 'begin', 'update product set stock = stock'];
    for (const sql of said) await client.query(sql);
    expect(wired.wire.connections()).toMatchObject([{ client: 1, state: 'open' }]);
    await client.query('commit');
    expect(wired.wire.connections()).toMatchObject([{ client: 1, state: 'idle' }]);
    await client.end();
    wired.wire.onPassed(() => undefined);
    expect(passed.map(({ label, isNoticeable }) => [label, isNoticeable])).toEqual([
      ['select 1', false],
      ['select stock from product', true],
      ['begin', false],
      ['update product set stock = stock', true],
      ['commit', true],
    ]);
    expect(new Set(passed.map((one) => one.client))).toEqual(new Set([1]));
  });

  it('counts the connections of a client anew in each schedule', async () => {
    const placeOf = async () => {
      const client = await wired.connect(0);
      wired.wire.hold(true);
      const query = client.query('select 1');
      const step = await wired.gate.next(0);
      await step.release();
      await query;
      wired.wire.hold(false);
      await client.end();
      return step.connection;
    };
    expect([await placeOf(), await placeOf()]).toEqual([0, 0]);
  });

  it('tells of writes, errors and the state of the transaction', async () => {
    const client = await wired.connect(0);
    wired.wire.hold(true);
    const say = async (sql: string) => {
      const query = client.query(sql).catch(() => undefined);
      const { label, status, errorCode } = await wired.gate.release(0);
      await query;
      return [label, status, errorCode];
    };
    expect(await say('begin')).toEqual(['BEGIN', 'in transaction', undefined]);
    expect(await say('update product set stock = 1')).toEqual(['UPDATE 2', 'in transaction', undefined]);
    expect(await say('update product set stock = 2 where id = 1 returning stock')).toEqual([
      'UPDATE 1: 2',
      'in transaction',
      undefined,
    ]);
    expect(await say('insert into product values (1, 1)')).toEqual([
      'error 23505: duplicate key value violates unique constraint "product_pkey"',
      'failed transaction',
      '23505',
    ]);
    expect(await say('commit')).toEqual(['ROLLBACK', 'idle', undefined]);
    wired.wire.hold(false);
    await client.end();
  });

  it('sees who waits for whom, and answers late', async () => {
    const [one, other] = [await wired.connect(0), await wired.connect(1)];
    wired.wire.hold(true);
    const queries = [one.query('begin'), one.query('update product set stock = 1 where id = 1')];
    await wired.gate.release(0);
    await wired.gate.release(0);
    const late = other.query('update product set stock = 2 where id = 1');
    let isAnswered = false;
    const released = wired.gate.release(1).then((answer) => {
      isAnswered = true;
      return answer;
    });
    expect(await untilBlocked(1)).toEqual([0]);
    expect(isAnswered).toBe(false);
    queries.push(one.query('commit'));
    await wired.gate.release(0);
    expect((await released).label).toBe('UPDATE 1');
    expect(await wired.wire.blocked([0, 1])).toEqual(new Map());
    await Promise.all([...queries, late]);
    wired.wire.hold(false);
    await Promise.all([one.end(), other.end()]);
  });

  it('tells of a session that the server ended', async () => {
    const client = await wired.connect(0);
    const { processID } = client as unknown as { processID: number };
    wired.wire.hold(true);
    const query = client.query('select pg_sleep(60)').catch((error: Error) => error.message);
    const answer = wired.gate.release(0);
    await wired.direct.query('select pg_terminate_backend($1, 5000)', [processID]);
    expect(await answer).toMatchObject({ ended: 'connection-lost' });
    expect(await query).toContain('terminating connection');
    await expect.poll(() => wired.lost).toHaveLength(1);
    expect(wired.lost[0]?.reason).toContain('terminating connection due to administrator command');
  });
});
