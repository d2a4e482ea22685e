import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { NotHappened } from '../../core/context.js';
import { openReaper } from '../../process/reaper.js';
import type { StoreNamespace, StoreServer } from '../store.js';
import { inTransaction, retrying, RolledBackWith } from './connect.js';
import { openPostgres } from './server.js';
import { openClient, testContext } from './test-context.fixture.js';

const reaper = openReaper();
let server: StoreServer;
let namespace: StoreNamespace;
let first: Awaited<ReturnType<typeof openClient>>;
let second: Awaited<ReturnType<typeof openClient>>;

beforeAll(async () => {
  server = await openPostgres({ url: undefined, allowRemote: false, runId: 'tx', connections: 4, reaper });
  namespace = await server.namespace();
  const { session } = await openClient(namespace.address);
  await session.query('create table account (id int primary key, balance int not null check (balance >= 0))');
  await session.query('create table entry (id int unique deferrable initially deferred)');
  await session.end();
});

beforeEach(async () => {
  await first?.session.end();
  await second?.session.end();
  first = await openClient(namespace.address, 0);
  second = await openClient(namespace.address, 1);
  await first.session.query('truncate account, entry');
  await first.session.query('insert into account values (1, 100), (2, 100)');
});

afterAll(async () => {
  await server?.stop();
  reaper.close();
});

const balances = async () => {
  const { rows } = await first.session.query<{ balance: number }>('select balance from account order by id');
  return rows.map((row) => row.balance);
};
const add = (client: typeof first, id: number, amount: number) =>
  client.session.query('update account set balance = balance + $2 where id = $1', [id, amount]);
const rejection = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => expect.fail('it did not reject'),
    (error: unknown) => error,
  );

describe('a transaction', () => {
  it('commits what its body did at the isolation that was asked for, and gives its answer', async () => {
    const answer = await inTransaction(first.session, first.context, 'serializable', async () => {
      await add(first, 1, 5);
      const { rows } = await first.session.query<Record<string, string>>('show transaction_isolation');
      return rows[0]?.['transaction_isolation'];
    });
    expect(answer).toBe('serializable');
    expect(await balances()).toEqual([105, 100]);
    expect(first.counts).toEqual({});
  });

  it('certainly did not happen when the server refused a statement, and is rolled back', async () => {
    const error = await rejection(
      inTransaction(first.session, first.context, 'read committed', async () => {
        await add(first, 2, 50);
        await add(first, 1, -500);
      }),
    );
    expect(error).toBeInstanceOf(NotHappened);
    expect(error).toMatchObject({ code: '23514' });
    expect(await balances()).toEqual([100, 100]);
    expect(first.counts).toEqual({ rollback: 1 });
  });

  it('counts the conflict of a snapshot that is too old', async () => {
    const error = await rejection(
      inTransaction(first.session, first.context, 'repeatable read', async () => {
        await first.session.query('select balance from account');
        await add(second, 1, 1);
        await add(first, 1, 1);
      }),
    );
    expect(error).toBeInstanceOf(NotHappened);
    expect(error).toMatchObject({ code: '40001' });
    expect(first.counts).toEqual({ rollback: 1, conflict: 1 });
  });

  it('counts a deadlock at its victim, while the other commits', async () => {
    let waiting = 2;
    let meet = () => {};
    const both = new Promise<void>((resolve) => (meet = resolve));
    const move = (client: typeof first, from: number, to: number) =>
      inTransaction(client.session, client.context, 'read committed', async () => {
        await add(client, from, -1);
        if (--waiting === 0) meet();
        await both;
        await add(client, to, 1);
      });
    const results = await Promise.allSettled([move(first, 1, 2), move(second, 2, 1)]);
    const failed = results.filter((result) => result.status === 'rejected');
    expect(failed).toHaveLength(1);
    expect(failed[0]?.reason).toBeInstanceOf(NotHappened);
    expect(failed[0]?.reason).toMatchObject({ code: '40P01' });
    expect([first.counts, second.counts]).toContainEqual({ rollback: 1, deadlock: 1 });
    expect([first.counts, second.counts]).toContainEqual({});
  });

  it('certainly did not happen when COMMIT finds a constraint broken', async () => {
    const error = await rejection(
      inTransaction(first.session, first.context, 'read committed', () =>
        first.session.query('insert into entry values (1), (1)'),
      ),
    );
    expect(error).toBeInstanceOf(NotHappened);
    expect(error).toMatchObject({ code: '23505' });
  });

  it('is not taken for committed when a statement in it had failed and nobody cared', async () => {
    const error = await rejection(
      inTransaction(first.session, first.context, 'read committed', async () => {
        await add(first, 2, 50);
        await add(first, 1, -500).catch(() => undefined);
        return 'ordered';
      }),
    );
    expect(error).toBeInstanceOf(NotHappened);
    expect(error).toMatchObject({ code: '25P02' });
    expect(await balances()).toEqual([100, 100]);
  });

  it('may have happened when the connection was lost at COMMIT', async () => {
    const error = await rejection(
      inTransaction(first.session, first.context, 'read committed', async () => {
        await add(first, 1, 1);
        await namespace.endSessions([first.connection]);
      }),
    );
    expect(error).toBeInstanceOf(Error);
    expect(error).not.toBeInstanceOf(NotHappened);
    first = await openClient(namespace.address, 0);
  });

  it('lets a body leave with an answer, rolled back', async () => {
    const answer = await inTransaction(first.session, first.context, 'read committed', async () => {
      await add(first, 1, 1);
      return new RolledBackWith('sold out');
    });
    expect(answer).toBe('sold out');
    expect(await balances()).toEqual([100, 100]);
    expect(first.counts).toEqual({ rollback: 1 });
    expect(await namespace.openTransactions([first.connection])).toEqual([]);
  });

  it('lets a body leave with an error of its own, rolled back', async () => {
    class Refused extends Error {}
    const refused = new Refused('sold out');
    const error = await rejection(
      inTransaction(first.session, first.context, 'read committed', async () => {
        await add(first, 1, 1);
        throw refused;
      }),
    );
    expect(error).toBe(refused);
    expect(await balances()).toEqual([100, 100]);
  });

  it('shows a mistake in the SQL as what it is, and leaves no transaction open', async () => {
    const error = await rejection(
      inTransaction(first.session, first.context, 'read committed', () => first.session.query('selec 1')),
    );
    expect(error).not.toBeInstanceOf(NotHappened);
    expect(error).toMatchObject({ code: '42601' });
    expect(await namespace.openTransactions([first.connection])).toEqual([]);
  });
});

describe('retrying', () => {
  const { address } = { address: { store: 'postgres', host: '', port: 0, namespace: '' } };
  const aborted = () => new NotHappened('aborted', '40001');

  it('repeats what was aborted, waits on the run’s clock in between, and counts', async () => {
    const { context, counts, sleptMs } = testContext(address);
    let calls = 0;
    const answer = await retrying(context, 5, () => {
      calls += 1;
      return calls < 4 ? Promise.reject(aborted()) : Promise.resolve('done');
    });
    expect(answer).toBe('done');
    expect(counts).toEqual({ retry: 3 });
    expect(sleptMs).toHaveLength(3);
    sleptMs.forEach((ms, retry) => expect(ms).toBeLessThan(2 ** retry));
  });

  it('gives up after so many retries, with the last abort', async () => {
    const { context, counts } = testContext(address);
    const aborts: NotHappened[] = [];
    const error = await rejection(
      retrying(context, 2, () => {
        const abort = aborted();
        aborts.push(abort);
        return Promise.reject(abort);
      }),
    );
    expect(aborts).toHaveLength(3);
    expect(error).toBe(aborts[2]);
    expect(counts).toEqual({ retry: 2 });
  });

  it.each([new NotHappened('no', '23514'), new Error('lost'), new TypeError('wrong')])(
    'does not repeat after %s',
    async (thrown) => {
      const { context, counts } = testContext(address);
      expect(await rejection(retrying(context, 5, () => Promise.reject(thrown)))).toBe(thrown);
      expect(counts).toEqual({});
    },
  );
});
