import type { Admin } from '../../stores/postgres/admin.js';

/**
 * Who waits for whom among these server processes: for a lock, or for the snapshot of a SERIALIZABLE READ ONLY DEFERRABLE
 * transaction. `pg_blocking_pids` names who holds what is asked for and who stands before in the queue. One statement for all.
 */
export async function waitingFor(
  admin: Admin,
  pids: readonly number[],
): Promise<ReadonlyMap<number, readonly number[]>> {
  if (pids.length === 0) return new Map();
  const rows = await admin.query<{ readonly pid: number; readonly blockers: readonly number[] }>(
    `select pid, pg_blocking_pids(pid) || pg_safe_snapshot_blocking_pids(pid) as blockers
      from unnest($1::int[]) as pid`,
    [pids],
    'waiting-for',
  );
  const ours = new Set(pids);
  return new Map(
    rows
      .map(({ pid, blockers }) => [pid, blockers.filter((blocker) => ours.has(blocker))] as const)
      .filter(([, blockers]) => blockers.length > 0),
  );
}
