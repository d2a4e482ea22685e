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
  (select json_agg(plain order by x) from plain) as plain, (select last_value from s) as s`;

async function startOver(): Promise<void> {
  wired.wire.hold(false);
  for (const client of clients)
    await client.query('rollback; select pg_advisory_unlock_all()').catch(() => undefined);
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
    const ended = await (await hold(client, { text: end })).release();
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

describe('two steps that are called independent', () => {
  it('come to the same in both orders, on a real server', { timeout: 60_000 + RUNS * 200 }, async () => {
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
      { numRuns: RUNS },
    );
    expect(seen.independent).toBeGreaterThan(RUNS / 10);
    expect(seen.dependent).toBeGreaterThan(RUNS / 10);
  });
});
