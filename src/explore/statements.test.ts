import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ContractTypes } from '../core/contract.js';
import type { Target } from '../core/target.js';
import type { Scenario } from '../core/scenario.js';
import { chase } from '../engine/trial.js';
import { openReaper, type Reaper } from '../process/reaper.js';
import { openSystem } from '../session/open-system.js';
import { Admin } from '../stores/postgres/admin.js';
import { openPostgres } from '../stores/postgres/server.js';
import type { StoreNamespace, StoreServer } from '../stores/store.js';
import { compareReduction, reachEnds } from './reduction.js';
import { DIE, DRAW, fetched, LEAVE, scenarioOf, targetOf, type Script } from './scripts.fixture.js';

let reaper: Reaper;
let server: StoreServer;
let namespace: StoreNamespace;
beforeAll(async () => {
  reaper = openReaper();
  const request = { url: undefined, allowRemote: false, runId: 'statements', connections: 40, reaper };
  server = await openPostgres(request);
  namespace = await server.namespace();
});
afterAll(async () => {
  await namespace.drop();
  await server.stop();
  reaper.close();
});

/** What else than its own text a statement touches. */
const SETUP = `
create table if not exists t (id int primary key, u int unique, v int not null default 0,
  twice int generated always as (v * 2) stored);
create table if not exists child (id int primary key, t_id int references t, n int);
create table if not exists bound (id int primary key, t_id int references t on delete cascade, n int);
create table if not exists numbered (id serial primary key, n int);
create table if not exists stamped (id int primary key, at timestamptz not null default now());
create table if not exists part (id int, v int) partition by range (id);
create table if not exists part_1 partition of part for values from (0) to (10);
create table if not exists base (id int primary key, v int);
create table if not exists derived () inherits (base);
create table if not exists noted (id int primary key);
create table if not exists notes (n int);
create or replace function note() returns trigger language plpgsql as
  'begin insert into notes select count(*) from t where v > 0; return new; end';
create or replace trigger note before insert on noted for each row execute function note();
create or replace function changed() returns bigint language sql as 'select count(*) from t where v > 0';
create or replace function take(key int) returns void language plpgsql as
  'begin perform pg_advisory_lock(key); end';
create or replace view seen as select id, v from t;
create or replace view counted as select changed() as n;
create table if not exists ruled (id int primary key, v int);
create or replace rule ruled as on insert to ruled do also insert into notes values (1);
create table if not exists made (id int primary key, a int, b int, sum int unique generated always as (a + b) stored);
create sequence if not exists s;
create table if not exists forms (id int primary key, is_on boolean not null, name text, big bigint, key uuid)`;

const RESET = `
truncate t, child, bound, numbered, stamped, part, base, noted, notes, ruled, forms, made restart identity;
alter sequence s restart;
insert into t (id, u, v) values (1, 1, 0), (2, 2, 0), (3, 3, 0), (4, 4, 0);
insert into child values (1, 1, 0); insert into bound values (1, 1, 0);
insert into numbered (n) values (1); insert into part values (1, 0), (2, 0);
insert into made (id, a, b) values (1, 1, 0), (2, 2, 0);
insert into base values (1, 0); insert into derived values (2, 0);
insert into forms values (1, true, 'one', 1, '00000000-0000-0000-0000-000000000001'),
  (2, false, 'two', 2, '00000000-0000-0000-0000-000000000002')`;

const TABLES = ['child', 'bound', 'numbered', 'part', 'base', 'noted', 'ruled', 'forms', 'made'];
const STATE = `select (select json_agg(json_build_array(id, u, v) order by id) from t) as t,
  ${TABLES.map((name) => `(select json_agg(${name} order by id) from ${name}) as ${name}`).join(', ')},
  (select json_agg(id order by id) from stamped) as stamped, (select json_agg(n order by n) from notes) as notes`;

function open(...clients: Script['clients']) {
  return openIn(namespace, ...clients);
}

function openIn(own: StoreNamespace, ...clients: Script['clients']) {
  const script = { setup: SETUP, reset: RESET, state: STATE, clients };
  const scenario = scenarioOf(script) as unknown as Scenario<ContractTypes>;
  const target = targetOf(script) as unknown as Target<ContractTypes>;
  return openSystem({
    ...{ scenario, target, parameters: { clients: clients.length }, seed: 'statements', timeoutMs: 20_000 },
    addresses: [own.address],
    chase: (connections) => chase(connections, new Map([['postgres', own]])),
  });
}

/** In every interleaving, and in one of each class. */
function compared(...clients: Script['clients']) {
  return compareReduction(() => open(...clients));
}

function reached(reduce: boolean, ...clients: Script['clients']) {
  return reachEnds(() => open(...clients), reduce);
}

const BEGIN = 'begin';
const REPEATABLE = 'begin isolation level repeatable read';
const SERIALIZABLE = 'begin isolation level serializable';
const READ_1 = 'select v from t where id = 1';
const UPDATE_1 = 'update t set v = v + 1 where id = 1';
const DOUBLE_1 = 'update t set v = v * 2 + 1 where id = 1';
const UNLOCK_ALL = 'select pg_advisory_unlock_all()';
const OLDEST = 'select id from stamped order by at limit 1';

type Client = readonly string[];
const CASES: readonly (readonly [what: string, one: Client, other: Client])[] = [
  [
    'the time at which transactions began, where somebody sorts by it',
    [BEGIN, 'insert into stamped (id) values (1)', 'commit'],
    [BEGIN, 'insert into stamped (id) values (2)', 'commit', OLDEST],
  ],
  [
    'the time of the clock',
    ['insert into stamped values (1, clock_timestamp())'],
    ['insert into stamped values (2, clock_timestamp())', OLDEST],
  ],
  [
    'a column that is set to its default, which is the next number of a sequence',
    [BEGIN, 'update numbered set id = default where n = 1', 'commit'],
    ["select nextval('numbered_id_seq')"],
  ],
  [
    'the same in ON CONFLICT',
    ['insert into numbered values (1, 5) on conflict (id) do update set id = default'],
    ["select nextval('numbered_id_seq')"],
  ],
  [
    'a lock of a client that dies',
    [BEGIN, 'select v from t where id = 1 for update', UPDATE_1, DIE],
    ['select id from t order by id for update skip locked'],
  ],
  [
    'an advisory lock of a client that dies',
    ['select pg_advisory_lock(1)', READ_1, DIE],
    ['select pg_try_advisory_lock(1)', UNLOCK_ALL],
  ],
  [
    'a transaction that is prepared and then committed',
    [BEGIN, DOUBLE_1, "prepare transaction 'one'", "commit prepared 'one'"],
    [UPDATE_1, READ_1],
  ],
  [
    'a transaction that is prepared and then rolled back',
    [BEGIN, DOUBLE_1, "prepare transaction 'one'", "rollback prepared 'one'"],
    [BEGIN, UPDATE_1, "prepare transaction 'other'", "commit prepared 'other'"],
  ],
  [
    'a prepared transaction that another session commits',
    [BEGIN, DOUBLE_1, "prepare transaction 'one'", "rollback prepared 'one'"],
    ["commit prepared 'one'", READ_1],
  ],
  [
    'a lock of a session that ends',
    ['select pg_advisory_lock(1)', LEAVE],
    ['select pg_try_advisory_lock(1)', UNLOCK_ALL],
  ],
  [
    'a lock that a session has taken twice, in a circle',
    [
      'select pg_advisory_lock(1), pg_advisory_lock(1)',
      'select pg_advisory_unlock(1)',
      'select pg_advisory_lock(2)',
      UNLOCK_ALL,
    ],
    ['select pg_advisory_lock(2)', 'select pg_advisory_lock(1)', UNLOCK_ALL],
  ],
  [
    'a lock that a function has taken for the session, in a circle',
    ['select take(1)', 'select pg_advisory_lock(2)', UNLOCK_ALL],
    ['select pg_advisory_lock(2)', 'select pg_advisory_lock(1)', UNLOCK_ALL],
  ],
  [
    'a key that is given the value that it has, which locks no more than another column',
    [BEGIN, 'update t set u = 1 where id = 1', `${READ_1} for update`, 'commit'],
    [BEGIN, 'insert into child values (2, 1, 0)', 'commit'],
  ],
  [
    'a generated column',
    ['update t set v = 2 where twice = 0 and id = 1'],
    ['select id from t where twice = 4'],
  ],
  ['ON DELETE CASCADE', [BEGIN, 'delete from t where id = 1', 'commit'], ['select count(*) from bound']],
  [
    'a unique column that is generated from others',
    [BEGIN, 'update made set b = 9 where id = 1', 'commit'],
    ['update made set a = 10 where id = 2'],
  ],
  [
    'a snapshot that is waited for',
    [SERIALIZABLE, UPDATE_1, 'commit'],
    [`${SERIALIZABLE} read only deferrable`, 'select sum(v) from t', 'commit'],
  ],
  [
    'a foreign key',
    [BEGIN, 'update t set id = 9 where id = 3', 'commit'],
    [BEGIN, 'insert into child values (2, 3, 0)', 'commit'],
  ],
  [
    'a foreign key under REPEATABLE READ',
    [REPEATABLE, 'select 1', 'insert into child values (2, 3, 0)', 'commit'],
    ['delete from t where id = 3'],
  ],
  ['a trigger', ['insert into noted values (1)'], [BEGIN, UPDATE_1, 'commit']],
  ['a function in a view', ['select * from counted'], [BEGIN, UPDATE_1, 'commit']],
  ['a view that is written to', ['update seen set v = 1 where id = 1'], [READ_1, DOUBLE_1]],
  ['a rule', ['insert into ruled values (2, 0)'], ['select count(*) from notes']],
  [
    'a partition',
    ['update part set v = 1 where id = 1'],
    ['select v from part_1', 'update part_1 set v = v + 5'],
  ],
  ['inheritance', ['update base set v = 1'], ['select v from derived', 'update derived set v = v + 5']],
  [
    'ON CONFLICT DO NOTHING on another key',
    [BEGIN, 'insert into t (id, u) values (7, 7) on conflict do nothing', 'commit'],
    [BEGIN, 'insert into t (id, u) values (8, 7) on conflict do nothing', 'commit'],
  ],
  [
    'ON CONFLICT DO UPDATE',
    [
      BEGIN,
      'insert into t (id, u, v) values (7, 7, 1) on conflict (id) do update set v = excluded.v',
      'commit',
    ],
    [
      BEGIN,
      'insert into t (id, u, v) values (7, 7, 2) on conflict (id) do update set v = t.v + 10',
      'commit',
    ],
  ],
  [
    'SKIP LOCKED',
    [BEGIN, 'select id from t where v = 0 order by id limit 1 for update skip locked', 'commit'],
    [BEGIN, 'select id from t where v = 0 order by id limit 1 for update skip locked', 'commit'],
  ],
  [
    'NOWAIT',
    [BEGIN, `${READ_1} for update nowait`, 'commit'],
    [BEGIN, `${READ_1} for share nowait`, 'rollback'],
  ],
  [
    'a savepoint, and a snapshot that was fixed after it',
    [REPEATABLE, 'savepoint a', READ_1, 'rollback to a', 'select v from t where id = 2', 'commit'],
    ['update t set v = 2 where id = 2'],
  ],
  [
    'a cursor',
    [BEGIN, 'declare k cursor for select v from t order by id', 'fetch 1 from k', 'commit'],
    ['update t set v = 2'],
  ],
  ['a random number of those that all draw from', [READ_1, DRAW], [READ_1, DRAW]],
  ['a cursor of a driver', [fetched('select v from t where id = 1')], [UPDATE_1]],
  [
    'a place in a table',
    ['update t set v = 1 where id = 1', 'select ctid from t where id = 1'],
    ['update t set v = 1 where id = 2'],
  ],
  ['DO', ['do $$ begin update t set v = v + 1 where id = 1; end $$'], [READ_1, DOUBLE_1]],
  [
    'WITH that writes',
    [BEGIN, 'with w as (update t set v = 1 where id = 1 returning v) select * from w', 'commit'],
    [READ_1, DOUBLE_1],
  ],
  [
    'SET TRANSACTION',
    [BEGIN, 'set transaction isolation level repeatable read', 'select 1', READ_1, 'commit'],
    [UPDATE_1],
  ],
  [
    'a row that is locked by a value which it loses meanwhile',
    [BEGIN, 'select id from t where v = 0 for key share', 'commit'],
    ['update t set v = 5 where id = 1', 'select id from t where v = 5 for update nowait'],
  ],
  [
    'a row that an old snapshot finds by a value which it has no more, in a circle',
    [REPEATABLE, 'update t set v = 7 where id = 2', 'select id from t where v = 0 for key share', 'commit'],
    [
      'update t set v = 5 where id = 1',
      BEGIN,
      'update t set u = 9 where v = 5',
      'update t set v = 8 where id = 2',
      'commit',
    ],
  ],
  [
    'LOCK TABLE',
    [BEGIN, 'lock table t in exclusive mode', 'update t set v = 1', 'commit'],
    [BEGIN, `${READ_1} for update`, 'commit'],
  ],
  [
    'MERGE',
    [
      'merge into t using (values (7)) as x (id) on t.id = x.id when not matched then insert (id, u) values (x.id, 7)',
    ],
    ['insert into t (id, u) values (7, 8)'],
  ],
  [
    'a subquery in SET',
    [BEGIN, 'update t set v = (select count(*) from child) where id = 1', 'commit'],
    ['insert into child values (5, 2, 0)'],
  ],
  [
    'an advisory lock in WHERE',
    ['select id from t where id = 1 and pg_try_advisory_lock(5)', 'select pg_advisory_unlock(5)'],
    ['select pg_try_advisory_lock(5)', 'select pg_advisory_unlock(5)'],
  ],
  ['setval and lastval', ["select setval('s', 10)"], ["select nextval('s')", 'select lastval()']],
  ['TRUNCATE', [BEGIN, 'truncate child', 'commit'], ['select count(*) from child']],
  ['EXECUTE', [`prepare q as ${UPDATE_1}`, 'execute q', 'deallocate q'], [DOUBLE_1]],
  ['LISTEN and NOTIFY', ['listen x', 'select 1', 'unlisten x'], ['notify x']],
  ['COPY', ['copy t to stdout'], [UPDATE_1]],
  [
    'EXPLAIN ANALYZE',
    [`explain (analyze, costs off, timing off, summary off, buffers off) ${UPDATE_1}`],
    [DOUBLE_1],
  ],
  [
    'two ways to write one number, one UUID, one boolean',
    [
      "update forms set name = 'x' where id = '01'",
      "update forms set name = name || 'y' where is_on = 'yes'",
    ],
    [
      "update forms set name = name || 'z' where key = '{00000000-0000-0000-0000-000000000001}' and is_on and id = 1",
    ],
  ],
  [
    'a row that is moved to where another looks',
    [BEGIN, 'update t set id = 7 where id = 3', 'update t set v = 5 where id = 7', 'commit'],
    ['select v from t where id = 7'],
  ],
  [
    'locks of one table of a join',
    [BEGIN, 'select t.id from t join child on child.t_id = t.id for update of t', 'commit'],
    [BEGIN, 'update child set n = 1 where id = 1', UPDATE_1, 'commit'],
  ],
  [
    'statements of one request',
    ['update t set v = 1 where id = 1; update t set v = 1 where id = 2'],
    ['update t set v = 2 where id = 2; update t set v = 2 where id = 1'],
  ],
  [
    'write skew under SERIALIZABLE',
    [SERIALIZABLE, 'select sum(v) from t where id in (1, 2)', UPDATE_1, 'commit'],
    [
      SERIALIZABLE,
      'select sum(v) from t where id in (1, 2)',
      'update t set v = v + 1 where id = 2',
      'commit',
    ],
  ],
  [
    'COMMIT AND CHAIN',
    [BEGIN, UPDATE_1, 'commit and chain', 'select v from t where id = 2', 'rollback'],
    ['update t set v = 2 where id = 2', READ_1],
  ],
];

/** Which clients failed together in a deadlock, in some schedule. */
function victimsIn(ends: ReadonlyMap<string, readonly number[]>): readonly string[] {
  const failed = [...ends.keys()].map((end) => {
    const [[, told]] = JSON.parse(end) as [[string, readonly unknown[]]];
    return told.flatMap((one, client) => (JSON.stringify(one).includes('40P01') ? [client] : [])).join(' ');
  });
  return [...new Set(failed)].sort();
}

describe('two circles of clients that wait for each other', { timeout: 120_000 }, () => {
  const pair = (one: number, other: number): readonly [Client, Client] => {
    const write = (id: number) => `update t set v = v * 2 + ${one} where id = ${id}`;
    return [
      [BEGIN, write(one), write(other), 'commit'],
      [BEGIN, write(other), write(one), 'commit'],
    ];
  };

  it('end with each victim of one beside each victim of the other', async () => {
    const two = await reached(true, ...pair(1, 2));
    const four = await reached(true, ...pair(1, 2), ...pair(3, 4));
    // Neither fails, or one of them does.
    expect(two.ends.size).toBe(3);
    expect(four.ends.size).toBe(two.ends.size ** 2);
    expect(four.search).toMatchObject({ cut: undefined, victimsCut: false, contestsCut: 0 });
  });

  it('end with a victim of the second that has waited since before the first', async () => {
    const three = await reached(true, ...pair(1, 2), pair(1, 2)[1]);
    expect(three.search).toMatchObject({ cut: undefined, victimsCut: false, contestsCut: 0 });
    // In every run: whose answer comes first is luck, and counts in no order.
    expect(three.search.standFor).toBe(20_010n);
    // Nobody fails, or any one, or any two: not two who write in the same order without one who does not.
    expect(victimsIn(three.ends)).toEqual(['', '0', '0 1', '0 2', '1', '1 2', '2']);
  });

  it('are both looked at where one step closes them', async () => {
    const share = 'select pg_advisory_xact_lock_shared(1)';
    const lock = (key: number) => `select pg_advisory_xact_lock(${key})`;
    const { ends, search } = await reached(
      true,
      [BEGIN, share, lock(2), 'commit'],
      [BEGIN, share, lock(3), 'commit'],
      [BEGIN, lock(2), lock(3), lock(1), 'commit'],
    );
    expect(search).toMatchObject({ cut: undefined, victimsCut: false, contestsCut: 0 });
    expect(victimsIn(ends)).toEqual(['', '0', '0 1', '0 2', '1', '1 2', '2']);
  });
});

describe('a prepared transaction that nobody ends', { timeout: 60_000 }, () => {
  it('is told of, and does not outlive the run', async () => {
    const own = await server.namespace();
    const left = reachEnds(() => openIn(own, [BEGIN, UPDATE_1, "prepare transaction 'one'"], [READ_1]), true);
    await expect(left).rejects.toThrow(
      'a transaction was prepared (PREPARE TRANSACTION), and neither committed nor rolled back',
    );
    await own.drop();
    const admin = new Admin(namespace.address);
    const [prepared] = await admin.query('select count(*)::int as n from pg_prepared_xacts');
    admin.destroy();
    expect(prepared).toEqual({ n: 0 });
  });
});

describe('a client that dies', { timeout: 60_000 }, () => {
  it('has what it locked last until it dies, which others may see', async () => {
    const { ends, search } = await reached(
      true,
      ['select pg_advisory_lock(1)', DIE],
      ['select pg_try_advisory_lock(1)', UNLOCK_ALL],
    );
    const isLocked = [...ends.keys()].map((end) => end.includes('[[false]]')).sort();
    expect(isLocked).toEqual([false, true]);
    expect(search.standFor).toBe(5n);
  });

  it('lets who waits for what it locked last go on', async () => {
    const { ends, search } = await reached(
      true,
      [BEGIN, 'select pg_advisory_xact_lock(1)', DIE],
      ['select pg_advisory_lock(1)', UNLOCK_ALL],
    );
    expect(ends.size).toBe(1);
    expect(search.cut).toBeUndefined();
  });
});

describe('with reduction, all ends are reached that there are', { timeout: 60_000 }, () => {
  it.each(CASES)('where there is %s', async (_, one, other) => {
    const { problems, isWhole } = await compared(one, other);
    expect(problems).toEqual([]);
    expect(isWhole).toBe(true);
  });
});
