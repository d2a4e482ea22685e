import { setTimeout as wait } from 'node:timers/promises';
import fc from 'fast-check';
import type { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Footprint, HeldStep, StepAnswer } from '../../core/step.js';
import { openWiredServer, type WiredServer } from './wire.fixture.js';

let wired: WiredServer;
let clients: readonly [Client, Client];
beforeAll(async () => {
  wired = await openWiredServer();
  await wired.direct.query(`
    create table a (id int primary key, u int unique, v int, name text);
    create table b (id serial primary key, a_id int references a, n int);
    create table plain (x int);
    create table watched (id int primary key);
    create function noted() returns trigger language plpgsql as 'begin return new; end';
    create trigger noted before insert on watched for each row execute function noted();
    create function mine() returns int language sql as 'select 1';
    create view seen as select * from a;
    create sequence s`);
  clients = [await wired.connect(0), await wired.connect(1)];
  await wired.wire.learn();
});
afterAll(async () => {
  wired.wire.hold(false);
  await Promise.all(clients.map((client) => client.end()));
  await wired.stop();
});

interface Sql {
  readonly text: string;
  readonly values?: readonly unknown[];
}

const RESET = `truncate a, b, plain, watched restart identity; alter sequence s restart;
  insert into a select i, i, 0, 'n' || i from generate_series(1, 3) as i; insert into b (a_id, n) values (1, 0), (2, 0);
  insert into plain values (1)`;
const STATE = `select (select json_agg(a order by id) from a) as a, (select json_agg(b order by id) from b) as b,
  (select json_agg(plain) from plain) as plain,
  (select json_agg(id) from a) as places, (select last_value from s) as s`;

async function startOver(): Promise<void> {
  wired.wire.hold(false);
  // Together: what one of them still does may wait for the other.
  await Promise.all(clients.map((client) => client.query(`rollback; ${UNLOCK}`).catch(() => undefined)));
  await wired.direct.query(RESET);
  wired.wire.hold(true);
}

async function hold(client: number, { text, values }: Sql): Promise<HeldStep> {
  void clients[client]!.query(text, values && [...values]).catch(() => undefined);
  return wired.gate.next(client);
}

/** The answer, or nothing where the step waits for the other session. */
async function settle(client: number, answer: Promise<StepAnswer>): Promise<StepAnswer | undefined> {
  for (;;) {
    const first = await Promise.race([answer, wait(2)]);
    if (first !== undefined) return first;
    if ((await wired.wire.blocked([0, 1])).has(client)) return undefined;
  }
}

/** Both steps, held in one state; what the first statements of each session are is fixed. */
async function bothHeld(prefixes: readonly [readonly Sql[], readonly Sql[]], steps: readonly [Sql, Sql]) {
  await startOver();
  for (const client of [0, 1]) {
    for (const sql of prefixes[client]!) {
      const answer = await settle(client, (await hold(client, sql)).release());
      if (answer === undefined) return undefined;
    }
  }
  return [await hold(0, steps[0]), await hold(1, steps[1])] as const;
}

/** A lock of a session outlives its transactions. */
const UNLOCK = 'select pg_advisory_unlock_all()';

interface Run {
  readonly said: readonly string[];
  readonly state: unknown;
  readonly footprints: readonly [Footprint, Footprint];
}

/** One order of the two steps, and then the end of both sessions' transactions. */
async function run(
  prefixes: readonly [readonly Sql[], readonly Sql[]],
  steps: readonly [Sql, Sql],
  order: readonly [number, number],
  end: string,
): Promise<Run | undefined> {
  const held = await bothHeld(prefixes, steps);
  if (held === undefined) return undefined;
  const footprints: [Footprint, Footprint] = [held[0].footprint, held[1].footprint];
  const answers: Promise<StepAnswer>[] = [];
  for (const client of order) {
    footprints[client] = held[client]!.footprint;
    answers[client] = held[client]!.release();
    const answer = await settle(client, answers[client]);
    if (answer !== undefined) footprints[client] = answer.footprint;
  }
  const said: string[] = [];
  // A step that waits is answered once the other transaction has ended.
  const free = (await wired.wire.blocked([0, 1])).has(0) ? [1, 0] : [0, 1];
  for (const client of free) {
    const answer = await answers[client]!;
    const ended = await (await hold(client, { text: `${end}; ${UNLOCK}` })).release();
    said[client] = JSON.stringify([answer.content, ended.content]);
  }
  wired.wire.hold(false);
  const { rows } = await wired.direct.query(STATE);
  return { said, state: rows, footprints };
}

const sql = (text: string, ...values: unknown[]): Sql => (values.length > 0 ? { text, values } : { text });
const key = fc.integer({ min: 1, max: 4 });

const statement: fc.Arbitrary<Sql> = fc.oneof(
  key.map((id) => sql('select v from a where id = $1', id)),
  key.map((id) => sql(`select id, v from a where u in (${id}, 3)`)),
  fc.constantFrom(
    ...['select sum(v) from a', 'select count(*) from b', 'select a.id from a join b on b.a_id = a.id'].map(
      (text) => sql(text),
    ),
  ),
  fc
    .tuple(
      key,
      fc.constantFrom('update', 'no key update', 'share', 'key share'),
      fc.constantFrom('', ' nowait', ' skip locked'),
    )
    .map(([id, strength, policy]) => sql(`select v from a where id = $1 for ${strength}${policy}`, id)),
  key.map((id) => sql(`select v from a where v < ${id} order by id limit 1 for update skip locked`)),
  key.map((id) => sql('update a set v = v + 1 where id = $1', id)),
  key.map((id) => sql(`update a set v = v + 10 where u = ${id}`)),
  fc.constant(sql('update a set v = v + 100')),
  fc.tuple(key, key).map(([id, u]) => sql('update a set u = $2 where id = $1', id, u)),
  fc.tuple(key, key).map(([id, to]) => sql(`update a set id = ${to} where id = ${id}`)),
  fc.tuple(key, key).map(([id, u]) => sql('insert into a (id, u, v) values ($1, $2, 0)', id, u)),
  key.map((id) => sql(`insert into a values (${id}, ${id}, 7) on conflict do nothing`)),
  key.map((id) => sql('insert into a values ($1, $1, 7) on conflict (id) do update set v = a.v + 7', id)),
  key.map((id) => sql('delete from a where id = $1', id)),
  fc.tuple(key, key).map(([id, parent]) => sql('insert into b (id, a_id, n) values ($1, $2, 1)', id, parent)),
  key.map((parent) => sql('insert into b (a_id, n) values ($1, 1) returning id', parent)),
  fc.tuple(key, key).map(([id, parent]) => sql('update b set a_id = $2 where id = $1', id, parent)),
  key.map((id) => sql('delete from b where id = any($1)', `{${id}}`)),
  fc.constantFrom(
    ...["select nextval('s')", "select setval('s', 5)", 'select last_value from s'].map((text) => sql(text)),
  ),
  key.map((x) => sql(`insert into plain values (${x})`)),
  key.map((x) => sql('update plain set x = x + 1 where x = $1', x)),
  key.map((x) => sql('select x from plain where x = $1', x)),
  key.map((number) => sql('select pg_try_advisory_xact_lock($1)', number)),
  key.map((number) => sql(`select pg_advisory_lock(${number})`)),
  key.map((number) => sql(`select pg_advisory_unlock(${number})`)),
  fc.constantFrom(
    ...['lock table a in share mode', 'lock table b in row exclusive mode nowait'].map((text) => sql(text)),
  ),
  fc.constantFrom(
    ...['savepoint p', 'rollback to p', 'commit', 'rollback', 'select 1 / 0'].map((text) => sql(text)),
  ),
  fc
    .tuple(key, key)
    .map(([one, other]) => sql(`update a set v = 1 where id = ${one}; delete from b where id = ${other}`)),
);

const begin = fc.constantFrom(
  'begin',
  'begin isolation level repeatable read',
  'begin isolation level serializable',
);
const prefix: fc.Arbitrary<readonly Sql[]> = fc.oneof(
  fc.constant([]),
  fc.tuple(begin, fc.array(statement, { maxLength: 2 })).map(([start, rest]) => [sql(start), ...rest]),
);

const RUNS = Number(process.env['RACE_CHECK_PAIRS'] ?? 120);

/** Statements of a session, the last of which is the step. */
type Session = readonly string[];

const BEGIN = 'begin';
const REPEATABLE = 'begin isolation level repeatable read';
const SERIALIZABLE = 'begin isolation level serializable';
const UPDATE_1 = 'update a set v = v + 1 where id = 1';
const UPDATE_2 = 'update a set v = v + 1 where id = 2';
const READ_1 = 'select v from a where id = 1';
const READ_2 = 'select v from a where id = 2';

async function areDependent(one: Session, other: Session): Promise<boolean> {
  const cut = (session: Session): [Sql[], Sql] => [
    session.slice(0, -1).map((text) => sql(text)),
    sql(session.at(-1)!),
  ];
  const [[before, step], [beforeOther, otherStep]] = [cut(one), cut(other)];
  const held = await bothHeld([before, beforeOther], [step, otherStep]);
  const isDependent = wired.wire.dependent(held![0].footprint, held![1].footprint);
  expect(wired.wire.dependent(held![1].footprint, held![0].footprint)).toBe(isDependent);
  wired.wire.hold(false);
  return isDependent;
}

describe('writes of two rows of a table', () => {
  const writes: [Session, Session] = [
    [BEGIN, UPDATE_1],
    [BEGIN, UPDATE_2],
  ];

  it('are independent as long as nobody goes by the order in which rows stand there, and dependent from then on', async () => {
    const grown = wired.wire.dependenceGrown;
    const runs = async (text: string) => {
      await startOver();
      await (await hold(0, sql(text))).release();
    };
    await runs('select id from a order by id limit 1 for update');
    await runs('select count(*) from a');
    expect(await areDependent(...writes)).toBe(false);
    expect(wired.wire.dependenceGrown).toBe(grown);
    await runs('select v from a where v < 1');
    expect(wired.wire.dependenceGrown).toBe(grown + 1);
    expect(await areDependent(...writes)).toBe(true);
  });
});

// Before any step is unknown: it may change every column, by which rows are then no longer told apart.
describe('two steps are independent', () => {
  it.each<[string, Session, Session]>([
    ['a BEGIN and a write', [BEGIN], [UPDATE_1]],
    ['a setting and a write', ['set statement_timeout = 0'], [UPDATE_1]],
    ['two reads', [READ_1], ['select sum(v) from a']],
    ['a read, and a write that nobody sees yet', [READ_1], [BEGIN, UPDATE_1]],
    ['a read of one row, and a write of another that is committed at once', [READ_1], [UPDATE_2]],
    ['a read of one row, and the COMMIT of another', [READ_1], [BEGIN, UPDATE_2, 'commit']],
    ['a read, and a ROLLBACK', [READ_1], [BEGIN, UPDATE_1, 'rollback']],
    ['a write and a delete of two rows', [BEGIN, UPDATE_1], [BEGIN, 'delete from a where id = 3']],
    [
      'a later read of REPEATABLE READ, and a COMMIT',
      [REPEATABLE, READ_1, READ_1],
      [BEGIN, UPDATE_1, 'commit'],
    ],
    [
      'an insert and a delete that differ in every unique column',
      ['insert into a values (4, 4)'],
      [BEGIN, 'delete from a where id = 3 and u = 3'],
    ],
    [
      'a row for a foreign key, and an update of its parent that changes no key',
      [BEGIN, 'insert into b (id, a_id) values (7, 1)'],
      [BEGIN, UPDATE_1],
    ],
    ['advisory locks of two keys', ['select pg_advisory_xact_lock(1)'], ['select pg_advisory_xact_lock(2)']],
    [
      'a write of a row that is locked already, and who waits for that row',
      [BEGIN, 'select v from a where id = 1 for update', UPDATE_1],
      [BEGIN, 'select v from a where id = 1 for update'],
    ],
    [
      'reads of two SERIALIZABLE transactions',
      [SERIALIZABLE, READ_1, READ_1],
      [SERIALIZABLE, READ_1, READ_1],
    ],
    [
      'a read and a write of one row by SERIALIZABLE transactions, of which none has committed',
      [SERIALIZABLE, READ_1, READ_1],
      [SERIALIZABLE, READ_1, UPDATE_1],
    ],
    [
      'a read of a whole table and an insert by SERIALIZABLE transactions',
      [SERIALIZABLE, READ_1, 'select max(n) from b'],
      [SERIALIZABLE, READ_1, 'insert into plain values (2)'],
    ],
    [
      'a SERIALIZABLE read, and the COMMIT of another that only read',
      [SERIALIZABLE, READ_1, READ_1],
      [SERIALIZABLE, READ_1, 'commit'],
    ],
    [
      'a SERIALIZABLE read, and the COMMIT of what it reads, where no third one came before',
      [SERIALIZABLE, READ_2, READ_1],
      [SERIALIZABLE, READ_1, UPDATE_1, 'commit'],
    ],
    [
      'a SERIALIZABLE read, and a ROLLBACK',
      [SERIALIZABLE, READ_2, READ_1],
      [SERIALIZABLE, READ_1, UPDATE_1, 'rollback'],
    ],
  ])('%s', async (_, one, other) => {
    expect(await areDependent(one, other)).toBe(false);
  });
});

describe('two steps that are called independent', () => {
  beforeAll(async () => {
    // What is unknown may go by the order of rows everywhere, as the comparison below does.
    await startOver();
    await (await hold(0, sql('select mine()'))).release();
  });

  it('come to the same in both orders, on a real server', { timeout: 60_000 + RUNS * 500 }, async () => {
    const seen = { independent: 0, dependent: 0 };
    await fc.assert(
      fc.asyncProperty(
        fc.tuple(prefix, prefix),
        fc.tuple(statement, statement),
        fc.constantFrom('commit', 'rollback'),
        async (prefixes, steps, end) => {
          const one = await run(prefixes, steps, [0, 1], end);
          if (one === undefined) return;
          if (wired.wire.dependent(...one.footprints)) {
            seen.dependent += 1;
            return;
          }
          seen.independent += 1;
          const other = await run(prefixes, steps, [1, 0], end);
          expect({ said: other?.said, state: other?.state }).toEqual({ said: one.said, state: one.state });
        },
      ),
      { numRuns: RUNS, interruptAfterTimeLimit: RUNS * 150 },
    );
    const tried = seen.independent + seen.dependent;
    expect(seen.independent).toBeGreaterThan(tried / 10);
    expect(seen.dependent).toBeGreaterThan(tried / 10);
    if (process.env['RACE_CHECK_PAIRS']) console.log(seen);
  });
});

it('a step that waits for a lock of a session is answered when that lets it go', async () => {
  const prefixes = [[sql('begin')], [sql('begin'), sql('select pg_advisory_lock(1)')]] as const;
  const one = await run(prefixes, [sql('select pg_advisory_lock(1)'), sql('select 1')], [0, 1], 'commit');
  expect(one?.said[0]).toContain('SELECT 1');
});

describe('two steps depend on each other', () => {
  it.each<[string, Session, Session]>([
    ['a read, and a write of the row that is committed at once', [READ_1], [UPDATE_1]],
    ['a read of many rows, and the COMMIT of one', ['select sum(v) from a'], [BEGIN, UPDATE_1, 'commit']],
    [
      'a subquery, and the COMMIT of what it reads',
      ['select 1 where exists (select from a)'],
      [BEGIN, UPDATE_1, 'commit'],
    ],
    ['writes of two rows, which stand in the order in which they came', [BEGIN, UPDATE_1], [BEGIN, UPDATE_2]],
    ['two writes of a row', [BEGIN, UPDATE_1], [BEGIN, UPDATE_1]],
    [
      'a write by id and a write by another key',
      [BEGIN, UPDATE_1],
      [BEGIN, 'update a set v = 5 where u = 3'],
    ],
    [
      'a row moved to where another looks',
      [BEGIN, 'update a set id = 9 where id = 3', 'commit'],
      ['select v from a where id = 9'],
    ],
    ['a value whose equality is not of texts', ['select v from a where id = 1.0'], [UPDATE_2]],
    [
      'the first read of REPEATABLE READ, and a COMMIT of something else',
      [REPEATABLE, READ_1],
      ['insert into plain values (2)'],
    ],
    [
      'a lock in REPEATABLE READ, and a COMMIT',
      [REPEATABLE, READ_1, `${READ_1} for key share`],
      [BEGIN, UPDATE_1, 'commit'],
    ],
    [
      'asking for a lock, and the ROLLBACK that frees it',
      [`${READ_1} for update nowait`],
      [BEGIN, UPDATE_1, 'rollback'],
    ],
    ['two inserts', ['insert into a values (4, 4)'], ['insert into a values (5, 5)']],
    [
      'an insert, and the end of a row with its key',
      ['insert into a values (3, 9)'],
      [BEGIN, 'delete from a where id = 3', 'commit'],
    ],
    ['two numbers of a sequence', ["select nextval('s')"], ["select setval('s', 9)"]],
    [
      'two rows with a serial id',
      [BEGIN, 'insert into b (a_id) values (1)'],
      [BEGIN, 'insert into b (a_id) values (2)'],
    ],
    [
      'a row for a foreign key, and the end of its parent',
      ['insert into b (id, a_id) values (7, 3)'],
      [BEGIN, 'delete from a where id = 3'],
    ],
    [
      'advisory locks of a key that is computed',
      ["select pg_advisory_xact_lock(hashtext('x'))"],
      ['select pg_try_advisory_xact_lock(2)'],
    ],
    ['a table lock and a write', [BEGIN, 'lock table a in share mode'], [BEGIN, UPDATE_1]],
    ['steps that close a circle of waits', [BEGIN, UPDATE_1, UPDATE_2], [BEGIN, UPDATE_2, UPDATE_1]],
    [
      'a read and a write of one table by SERIALIZABLE transactions',
      [SERIALIZABLE, READ_1, READ_1],
      [SERIALIZABLE, UPDATE_2, UPDATE_2],
    ],
    [
      'the ends of two SERIALIZABLE transactions that have each read what the other writes',
      [SERIALIZABLE, READ_2, UPDATE_1, 'commit'],
      [SERIALIZABLE, READ_1, UPDATE_2, 'commit'],
    ],
    [
      'the end of one SERIALIZABLE transaction, and a write by another, that have each read what the other writes',
      [SERIALIZABLE, READ_2, UPDATE_1, 'commit'],
      [SERIALIZABLE, READ_1, UPDATE_2],
    ],
    [
      'a read by an index and an insert beside it, by SERIALIZABLE transactions',
      [SERIALIZABLE, READ_1, READ_1],
      [SERIALIZABLE, READ_1, 'insert into a values (9, 9)'],
    ],
    [
      'the first read of a SERIALIZABLE transaction, and the COMMIT of another',
      [SERIALIZABLE, READ_1],
      [SERIALIZABLE, READ_2, 'commit'],
    ],
    ['a trigger and anything', ['insert into watched values (1)'], [READ_1]],
    ['a function of somebody and anything', ['select mine()'], [READ_1]],
    ['a view and anything', ['select * from seen'], [READ_1]],
    ['what the server is doing and anything', ['select count(*) from pg_locks'], [READ_1]],
    ['what is no SQL and anything', ['selec'], [READ_1]],
    ['COPY and anything', ['copy a to stdout'], [READ_1]],
    ['the end of a transaction that did something unknown', [BEGIN, 'select mine()', 'commit'], [READ_1]],
  ])('%s', async (_, one, other) => {
    expect(await areDependent(one, other)).toBe(true);
  });

  it('after a change of the search path, until the catalogue is learned and it is where that was read', async () => {
    const isUnknownIn = async (path: string) => {
      wired.wire.hold(false);
      // What a session sets at its start comes before anything is known.
      await clients[1].query('create table passing (id int); drop table passing');
      await clients[0].query(`set search_path to ${path}`);
      await wired.wire.learn();
      await startOver();
      return (await hold(0, sql('select 1'))).footprint.touches === 'unknown';
    };
    expect(await isUnknownIn('public')).toBe(true);
    expect(await isUnknownIn(wired.address.namespace)).toBe(false);
  });

  it('after the schema was changed, until it is learned again', async () => {
    await startOver();
    await (await hold(0, sql('create table later (id int)'))).release();
    expect(await areDependent([READ_1], ['select 1'])).toBe(true);
    await wired.wire.learn();
    expect(await areDependent([READ_1], ['select 1'])).toBe(false);
  });
});
