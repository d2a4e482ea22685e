import type { StoreAddress } from '../../core/context.js';
import { parseRunName, runState } from '../run-name.js';
import type { Leftover, StoreNamespace } from '../store.js';
import type { Admin } from './admin.js';
import { listClients } from './client-list.js';
import { endSessions, openTransactions, type SessionScope } from './sessions.js';

/** A namespace is what stands before its keys: `race-check:<run>_<host>_<pid>_<start>_<number>:`. */
const ROOT = 'race-check:';
const RUN_ROOT = 'race_check_';
const KEYS_A_STEP = 1_000;

/** The prefix for the name of a run's namespace, as `runName` and a number make it. */
export function prefixOf(namespace: string): string {
  return `${ROOT}${namespace.slice(RUN_ROOT.length)}:`;
}

/** The name by which the connection of a run's own tells other runs that it lives. */
export function runConnectionName(runPrefix: string): string {
  return `${ROOT}${runPrefix.slice(RUN_ROOT.length)}`;
}

/** A namespace needs nothing to be made: it is the keys that will be written. */
export function keyNamespace(address: StoreAddress, scope: Omit<SessionScope, 'namespace'>): StoreNamespace {
  const { namespace } = address;
  const own = { ...scope, namespace };
  return {
    address,
    openTransactions: (connections) => openTransactions(own, connections),
    endSessions: (connections) => endSessions(own, connections),
    drop: () => dropKeys(scope.admin, namespace),
  };
}

/** Rejects with the command to run by hand. */
async function dropKeys(admin: Admin, prefix: string): Promise<void> {
  try {
    await removeKeys(admin, prefix);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(
      `The keys of this run could not be removed (${reason}). Run by hand: redis-cli --scan --pattern '${prefix}*' | xargs redis-cli unlink`,
      { cause: error },
    );
  }
}

/** Removes every key below a prefix, in steps that do not hold up a server that others use. */
export async function removeKeys(admin: Admin, prefix: string): Promise<void> {
  await scan(admin, `${prefix}*`, async (keys) => {
    await admin.ask((redis) => redis.unlink(...keys));
  });
}

/** The namespaces of other runs whose keys are in this database. */
export async function listLeftovers(admin: Admin, ownPrefix: string): Promise<readonly Leftover[]> {
  const found = new Set<string>();
  await scan(admin, `${ROOT}*`, (keys) => {
    for (const key of keys) {
      const name = /^race-check:([a-z0-9_]+):/.exec(key)?.[1];
      if (name !== undefined) found.add(`${RUN_ROOT}${name}`);
    }
  });
  const connected = new Set((await listClients(admin)).map(({ name }) => name));
  return [...found].flatMap((namespace) => {
    const run = parseRunName(namespace);
    if (run === undefined || run.prefix === ownPrefix) return [];
    const alive = connected.has(runConnectionName(run.prefix));
    return [{ namespace: prefixOf(namespace), run: alive ? 'alive' : runState(run) }];
  });
}

/** Removes what killed runs of this host left; of those alone it is known that nobody uses it any more. */
export async function removeLeftovers(admin: Admin, ownPrefix: string): Promise<void> {
  for (const { namespace, run } of await listLeftovers(admin, ownPrefix)) {
    if (run === 'dead') await removeKeys(admin, namespace);
  }
}

async function scan(
  admin: Admin,
  pattern: string,
  onKeys: (keys: readonly string[]) => Promise<void> | void,
): Promise<void> {
  let cursor = '0';
  do {
    const [next, keys] = await admin.ask((redis) =>
      redis.scan(cursor, 'MATCH', pattern, 'COUNT', KEYS_A_STEP),
    );
    cursor = next;
    if (keys.length > 0) await onKeys(keys);
  } while (cursor !== '0');
}
