import { setTimeout as wait } from 'node:timers/promises';
import { Client } from 'pg';

/** What a server has done, as it counted itself: proof that two ways of running did the same work. */
export interface ServerWork {
  readonly committed: number;
  readonly rolledBack: number;
  readonly inserted: number;
  readonly updated: number;
}

/** A session tells its counts when it ends; a moment later they can be read. */
const TOLD_MS = 300;

/** Runs `body` and resolves with its result and what the server did meanwhile. Nobody else may use the database. */
export async function countingWork<T>(
  url: string,
  body: () => Promise<T>,
): Promise<{ readonly result: T; readonly work: ServerWork }> {
  const before = await readWork(url);
  const result = await body();
  const after = await readWork(url);
  return {
    result,
    work: {
      committed: after.committed - before.committed,
      rolledBack: after.rolledBack - before.rolledBack,
      inserted: after.inserted - before.inserted,
      updated: after.updated - before.updated,
    },
  };
}

async function readWork(url: string): Promise<ServerWork> {
  await wait(TOLD_MS);
  const session = new Client(url);
  await session.connect();
  const { rows } = await session.query<ServerWork>(
    `select xact_commit::int as committed, xact_rollback::int as "rolledBack", tup_inserted::int as inserted,
      tup_updated::int as updated from pg_stat_database where datname = current_database()`,
  );
  await session.end();
  return rows[0]!;
}
