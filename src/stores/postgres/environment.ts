import type { Admin } from './admin.js';

/** Always told: what decides how transactions meet, and how fast they are. */
const TOLD = {
  defaultIsolation: 'default_transaction_isolation',
  deadlockTimeout: 'deadlock_timeout',
  maxConnections: 'max_connections',
  fsync: 'fsync',
  fullPageWrites: 'full_page_writes',
  synchronousCommit: 'synchronous_commit',
  autovacuum: 'autovacuum',
  jit: 'jit',
} as const;

/** Told where they are not off: each ends operations that would else go on. */
const TOLD_IF_SET = {
  lockTimeout: 'lock_timeout',
  statementTimeout: 'statement_timeout',
  idleInTransactionTimeout: 'idle_in_transaction_session_timeout',
} as const;

/** The server's settings that could change a result, as a fresh session of a client has them. */
export async function readEnvironment(
  admin: Admin,
): Promise<{ readonly version: string } & Record<string, string>> {
  const names = Object.values({ ...TOLD, ...TOLD_IF_SET });
  const rows = await admin.query<{ readonly name: string; readonly value: string }>(
    `select name, current_setting(name, true) as value from unnest($1::text[]) as name`,
    [['server_version', ...names]],
  );
  const values = new Map(rows.map(({ name, value }) => [name, value]));
  const told = Object.entries(TOLD).map(([key, name]) => [key, values.get(name) ?? 'unknown']);
  const set = Object.entries(TOLD_IF_SET)
    .map(([key, name]) => [key, values.get(name) ?? '0'])
    .filter(([, value]) => value !== '0');
  return {
    version: (values.get('server_version') ?? 'unknown').split(' ')[0] ?? 'unknown',
    ...(Object.fromEntries([...told, ...set]) as Record<string, string>),
  };
}
