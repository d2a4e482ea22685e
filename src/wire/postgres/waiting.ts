import type { Admin } from '../../stores/postgres/admin.js';

/** One session that waits inside the server. */
export interface Waiting {
  /** Among those that were asked about. None where it waits for a transaction that was prepared: that is no session's. */
  readonly blockers: readonly number[];
  /** Undefined where it waits for no lock, but for a snapshot. */
  readonly sinceMs: number | undefined;
}

/** What `pg_blocking_pids` calls a transaction that was prepared for a two-phase commit. */
const PREPARED = 0;

/**
 * Who waits for whom among these server processes: for a lock, or for the snapshot of a SERIALIZABLE READ ONLY DEFERRABLE
 * transaction. `pg_blocking_pids` names who holds what is asked for and who stands before in the queue. One statement for all.
 */
export async function waitingFor(
  admin: Admin,
  pids: readonly number[],
): Promise<ReadonlyMap<number, Waiting>> {
  if (pids.length === 0) return new Map();
  const rows = await admin.query<{
    readonly pid: number;
    readonly blockers: readonly number[];
    readonly snapshotBlockers: readonly number[];
    readonly sinceMs: number;
  }>(
    `select asked.pid, pg_blocking_pids(asked.pid) as blockers, pg_safe_snapshot_blocking_pids(asked.pid) as "snapshotBlockers",
        coalesce((select max(extract(epoch from clock_timestamp() - waitstart)) from pg_locks
          where pg_locks.pid = asked.pid and not granted) * 1000, 0)::float8 as "sinceMs"
      from unnest($1::int[]) as asked (pid)`,
    [pids],
    'waiting-for',
  );
  const isKnown = (blocker: number) => pids.includes(blocker);
  return new Map(
    rows.flatMap(({ pid, blockers, snapshotBlockers, sinceMs }): (readonly [number, Waiting])[] => {
      const all = [...blockers, ...snapshotBlockers];
      if (!all.some((blocker) => blocker === PREPARED || isKnown(blocker))) return [];
      return [[pid, { blockers: all.filter(isKnown), sinceMs: blockers.length > 0 ? sinceMs : undefined }]];
    }),
  );
}

/**
 * What a message of the level LOG says of its session, by its fields: whether a wait for a lock goes on that closes no circle, or is
 * over. Undefined where it is about something else.
 *
 * It comes right after the check for a deadlock, which is made once in each wait, and when the wait is over. Where the server
 * speaks another language the end of a wait is not told apart: then a second wait may be reported a little early.
 */
export function waitTold(fields: ReadonlyMap<string, string>): boolean | undefined {
  if (fields.get('R') !== 'ProcSleep') return undefined;
  return !(fields.get('M') ?? '').includes(' acquired ');
}
