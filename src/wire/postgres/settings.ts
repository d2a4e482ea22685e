/** Settings that decide what names mean, who asks, or whether triggers run. Every other one is the session's own business. */
const RENAMING: ReadonlySet<string> = new Set([
  ...['search_path', 'role', 'session_authorization', 'session_replication_role', 'row_security'],
  ...['default_table_access_method', 'check_function_bodies', 'constraints'],
]);

/** Settings that say how transactions are isolated, and of which. */
export const ISOLATIONS: Readonly<Record<string, 'transaction' | 'session'>> = {
  transaction_isolation: 'transaction',
  default_transaction_isolation: 'session',
};

export function renames(setting: string): boolean {
  return RENAMING.has(setting);
}

/** Whether to set it changes nothing that a footprint rests on. */
export function isHarmless(setting: string): boolean {
  return !RENAMING.has(setting) && !(setting in ISOLATIONS) && setting !== 'transaction_deferrable';
}
