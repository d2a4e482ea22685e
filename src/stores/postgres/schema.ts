import type { StoreAddress } from '../../core/context.js';
import { isKnownDead, parseRunName, runState } from '../run-name.js';
import type { Leftover, StoreNamespace } from '../store.js';
import type { Admin } from './admin.js';
import { lockKey } from './lock-key.js';
import { quoteIdentifier } from './session.js';
import { blocking, endSessions, openTransactions } from './sessions.js';

/** How long a drop waits for somebody who still uses the schema. */
const DROP_WAIT_MS = 500;
const DROP_TRIES = 5;
/** How long a session that is ended may take to be gone. */
const END_WAIT_MS = 5_000;

/** Makes a schema and answers with what the engine needs of it. */
export async function createSchema(
  admin: Admin,
  address: StoreAddress,
  portsVisible: boolean,
): Promise<StoreNamespace> {
  const { namespace } = address;
  await admin.query(`create schema ${quoteIdentifier(namespace)}`);
  const scope = { admin, namespace, portsVisible };
  return {
    address,
    openTransactions: (connections) => openTransactions(scope, connections),
    blocking: (connections) => blocking(scope, connections),
    endSessions: (connections) => endSessions(scope, connections),
    drop: () => dropSchema(admin, namespace),
  };
}

/**
 * Removes a schema and everything in it. A session of ours that still holds a lock in there is ended first, when waiting for
 * it did not help; a backup's is not. Rejects with the statement to run by hand.
 */
export async function dropSchema(admin: Admin, schema: string): Promise<void> {
  const drop = `drop schema if exists ${quoteIdentifier(schema)} cascade`;
  try {
    await admin.query(`set lock_timeout = ${DROP_WAIT_MS}`);
    for (let tried = 1; ; tried += 1) {
      try {
        await admin.query(drop);
        break;
      } catch (error) {
        if (tried === DROP_TRIES) throw error;
        await endUsers(admin, schema);
        await endPrepared(admin, schema);
      }
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`The schema of this run could not be removed (${reason}). Run by hand: ${drop};`, {
      cause: error,
    });
  }
}

/** Rolls back what was prepared for a two-phase commit, and holds a lock in there: no session has it, and nobody is left to end it. */
async function endPrepared(admin: Admin, schema: string): Promise<void> {
  const left = await admin.query<{ readonly statement: string }>(
    `select distinct format('rollback prepared %L', prepared.gid) as statement
      from pg_prepared_xacts as prepared
        join pg_locks as own on own.transactionid = prepared.transaction and own.pid is null
        join pg_locks as lock on lock.virtualtransaction = own.virtualtransaction and lock.pid is null
        join pg_class as class on class.oid = lock.relation
        join pg_namespace as space on space.oid = class.relnamespace
      where space.nspname = $1 and prepared.database = current_database()`,
    [schema],
  );
  for (const { statement } of left) await admin.query(statement);
}

/**
 * Ends our sessions that hold or want a lock in there, and waits until they are gone. One of a killed process goes on with the
 * statements that it was sent before, so there may be others a moment later.
 */
async function endUsers(admin: Admin, schema: string): Promise<void> {
  await admin.query(
    `select pg_terminate_backend(held.pid, ${END_WAIT_MS})
      from (select distinct lock.pid from pg_locks as lock
          join pg_class as class on class.oid = lock.relation
          join pg_namespace as space on space.oid = class.relnamespace
          join pg_stat_activity as session on session.pid = lock.pid
          join pg_database as base on base.oid = lock.database
        where space.nspname = $1 and base.datname = current_database()
          and session.usename = session_user and session.application_name <> 'pg_dump'
          and session.client_addr is not distinct from inet_client_addr()
          and lock.pid <> pg_backend_pid()) as held`,
    [schema],
  );
}

/** Schemas of other runs in this database. */
export async function listLeftovers(admin: Admin, ownPrefix: string): Promise<readonly Leftover[]> {
  const found: Leftover[] = [];
  for (const namespace of await listSchemas(admin)) {
    const run = parseRunName(namespace);
    if (run === undefined || run.prefix === ownPrefix) continue;
    const isFree = await ifNobodyHolds(admin, lockKey(run), () => Promise.resolve(true));
    found.push({ namespace, run: isFree ? runState(run) : 'alive' });
  }
  return found;
}

/**
 * Removes what killed runs of this host left: only where the process in the schema's name is gone and nobody holds that run's
 * advisory lock. Both, since two containers may look like one host. A schema that cannot be removed now stays for the next run.
 */
export async function removeLeftovers(admin: Admin): Promise<readonly string[]> {
  const removed: string[] = [];
  for (const name of await listSchemas(admin)) {
    const run = parseRunName(name);
    if (run === undefined || !isKnownDead(run)) continue;
    await ifNobodyHolds(admin, lockKey(run), async () => {
      // Where somebody uses it, it is tried again by the next run.
      await dropSchema(admin, name).then(
        () => removed.push(name),
        () => undefined,
      );
    });
  }
  return removed;
}

async function listSchemas(admin: Admin): Promise<readonly string[]> {
  const schemas = await admin.query<{ readonly name: string }>(
    `select nspname as name from pg_namespace
      where starts_with(nspname, 'race_check_') and pg_has_role(nspowner, 'usage')`,
  );
  return schemas.map(({ name }) => name);
}

/** Does it while this session holds an advisory lock; undefined if another one holds it. */
async function ifNobodyHolds<T>(admin: Admin, key: string, work: () => Promise<T>): Promise<T | undefined> {
  const [lock] = await admin.query<{ readonly held: boolean }>(
    'select pg_try_advisory_lock($1::bigint) as held',
    [key],
  );
  if (!lock?.held) return undefined;
  try {
    return await work();
  } finally {
    await admin.query('select pg_advisory_unlock($1::bigint)', [key]);
  }
}
