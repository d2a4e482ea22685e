import { setTimeout as wait } from 'node:timers/promises';
import type { OpenTransaction } from '../../core/history.js';
import { AT_REST } from '../socket-watch.js';
import type { Blocking, ClientConnection } from '../store.js';
import type { Admin } from './admin.js';
import { namePrefix, sessionName } from './session.js';

/** How long a session that is to end may take to be gone. */
const END_MS = 5_000;
/** How long one may be at work on a statement that was answered; what takes longer is another one. */
const AT_REST_MS = 50;
const FIRST_POLL_MS = 2;
const LONGEST_POLL_MS = 50;

/** Whose sessions are looked for. */
export interface SessionScope {
  readonly admin: Admin;
  readonly namespace: string;
  /**
   * The server sees the ports that our sockets have. Not so where something stands between (a published port of a
   * container, a tunnel): there only the session's name tells, which `connectPostgres` gives it.
   */
  readonly portsVisible: boolean;
}

/** Another machine's session may come from the same port: it has another address. */
const FROM_HERE = `(application_name = any($2::text[]) or client_addr is not distinct from inet_client_addr())`;

const CANDIDATES = `from pg_stat_activity
  where datname = current_database() and usename = session_user and pid <> pg_backend_pid()
    and (client_port = any($1::int[]) or application_name = any($2::text[]))`;

/**
 * Sessions of these connections that hold a transaction and wait for their client, as the server sees them. It is not asked
 * about those to which it has just said that they hold none.
 */
export async function openTransactions(
  scope: SessionScope,
  all: readonly ClientConnection[],
): Promise<readonly OpenTransaction[]> {
  const connections = all.filter(({ trace }) => trace !== AT_REST);
  if (connections.length === 0) return [];
  const ask = () =>
    scope.admin.query<Seen & { readonly state: string; readonly query: string }>(
      `select client_port as port, application_name as name, state, query ${CANDIDATES}
        and ${FROM_HERE} and (state like 'idle in transaction%' or state = 'active')`,
      criteria(scope, connections),
      'open-transactions',
    );
  const isBusy = (row: Seen & { readonly state: string }) =>
    row.state === 'active' && connections.some(({ localPort }) => isOf(scope, row, localPort));
  let rows = await ask();
  // A client goes on when it hears of an error, a moment before its session says that it waits for the next statement.
  for (const since = performance.now(); rows.some(isBusy) && performance.now() - since < AT_REST_MS;) {
    await wait(FIRST_POLL_MS);
    rows = await ask();
  }
  return connections.flatMap(({ client, process, localPort }) =>
    rows
      .filter((row) => row.state !== 'active' && isOf(scope, row, localPort))
      .map(({ state, query }) => ({ client, process, state, lastStatement: query })),
  );
}

/**
 * Who waits for whom among these connections. `pg_blocking_pids` is asked for sessions that wait for a lock, and for no
 * other, since it holds the whole lock table while it looks. It names who holds the lock, and who stands before in its queue.
 *
 * A statement may wait for several locks, for one row even twice: for its place in the queue, then for the holder. So it is the
 * statement that is known again, and it has waited since its present wait began: `waitstart`, which servers before 14 do not have.
 */
export async function blocking(
  scope: SessionScope,
  connections: readonly ClientConnection[],
): Promise<readonly Blocking[]> {
  const rows = await scope.admin.query<{
    readonly waiterPort: number;
    readonly waiterName: string;
    readonly holderPort: number;
    readonly holderName: string;
    readonly statement: string;
    readonly waitedMs: number;
  }>(
    `with session as materialized (
        select pid, client_port as port, application_name as name, wait_event_type, query_start
        ${CANDIDATES} and ${FROM_HERE}),
      waiting as materialized (
        select pid, (to_jsonb(lock) ->> 'waitstart')::timestamptz as since from pg_locks as lock
        where not granted and exists (select from session where wait_event_type = 'Lock'))
      select waiter.port as "waiterPort", waiter.name as "waiterName",
        holder.port as "holderPort", holder.name as "holderName",
        concat(waiter.pid, ' ', waiter.query_start) as statement,
        greatest(0, coalesce(extract(epoch from clock_timestamp() - waiting.since) * 1000, 0))::float8 as "waitedMs"
      from session as waiter cross join unnest(pg_blocking_pids(waiter.pid)) as blocker
        join session as holder on holder.pid = blocker left join waiting on waiting.pid = waiter.pid
      where waiter.wait_event_type = 'Lock'`,
    criteria(scope, connections),
    'blocking',
  );
  if (rows.length === 0) return [];
  const find = (seen: Seen) => connections.find(({ localPort }) => isOf(scope, seen, localPort));
  return rows.flatMap(({ waiterPort, waiterName, holderPort, holderName, statement, waitedMs }) => {
    const waiter = find({ port: waiterPort, name: waiterName });
    const holder = find({ port: holderPort, name: holderName });
    return waiter && holder ? [{ waiter, holder, statement: { id: statement, waitedMs } }] : [];
  });
}

/**
 * Ends the sessions of these connections and waits, for 5 s at most, until they are gone. A session leaves
 * `pg_stat_activity` only after its transaction was aborted and its locks were released.
 *
 * Returns the connections for which that was not seen. Where ports are hidden that includes every connection without a
 * named session: it may be gone, or be one that another driver opened.
 */
export async function endSessions(
  scope: SessionScope,
  connections: readonly ClientConnection[],
): Promise<readonly ClientConnection[]> {
  if (connections.length === 0) return [];
  try {
    const found = await scope.admin.query<Seen & Identity & { readonly ended: boolean | null }>(
      `select pid, backend_start::text as started, client_port as port, application_name as name,
        case when ${FROM_HERE} then pg_terminate_backend(pid) end as ended ${CANDIDATES}`,
      criteria(scope, connections),
    );
    const left = await waitUntilGone(
      scope.admin,
      found.filter((session) => session.ended !== null),
    );
    return connections.filter(({ localPort }) => {
      const own = found.filter((session) => isOf(scope, session, localPort));
      return (
        own.some(({ pid, ended }) => ended === null || left.has(pid)) ||
        (own.length === 0 && !scope.portsVisible)
      );
    });
  } catch {
    return connections;
  }
}

interface Seen {
  readonly port: number;
  readonly name: string;
}

interface Identity {
  readonly pid: number;
  readonly started: string;
}

function criteria({ namespace, portsVisible }: SessionScope, connections: readonly ClientConnection[]) {
  const ports = connections.map((connection) => connection.localPort);
  const prefix = namePrefix(namespace);
  return [portsVisible ? ports : [], ports.map((port) => `${prefix}${port}`)];
}

function isOf({ namespace, portsVisible }: SessionScope, seen: Seen, localPort: number): boolean {
  return (portsVisible && seen.port === localPort) || seen.name === sessionName(namespace, localPort);
}

async function waitUntilGone(admin: Admin, sessions: readonly Identity[]): Promise<ReadonlySet<number>> {
  const deadline = performance.now() + END_MS;
  let left = sessions;
  for (let poll = FIRST_POLL_MS; left.length > 0; poll = Math.min(poll * 2, LONGEST_POLL_MS)) {
    left = await admin.query<Identity>(
      `select pid, backend_start::text as started from pg_stat_activity
        where (pid, backend_start::text) in (select * from unnest($1::int[], $2::text[]))`,
      [left.map((session) => session.pid), left.map((session) => session.started)],
    );
    if (performance.now() > deadline) break;
    if (left.length > 0) await wait(poll);
  }
  return new Set(left.map((session) => session.pid));
}
