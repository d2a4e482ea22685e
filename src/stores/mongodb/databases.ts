import type { Document } from 'mongodb';
import type { StoreAddress } from '../../core/context.js';
import { parseRunName, runState } from '../run-name.js';
import type { Leftover, StoreNamespace } from '../store.js';
import type { Admin } from './admin.js';
import type { SessionScope, SessionView } from './session-view.js';

const ROOT = 'race_check_';

/** The name by which the client of a run's own tells other runs that it lives. */
export function runAppName(runPrefix: string): string {
  return `race-check ${runPrefix}`;
}

/** A namespace is a database, which is made by the first that is written into it. */
export function databaseNamespace(
  address: StoreAddress,
  view: SessionView,
  scope: Omit<SessionScope, 'namespace'>,
): StoreNamespace {
  const { namespace } = address;
  const own = { ...scope, namespace };
  return {
    address,
    openTransactions: (connections) => view.openTransactions(own, connections),
    endSessions: (connections) => view.endSessions(own, connections),
    drop: () => dropDatabase(scope.admin, namespace),
  };
}

/** Rejects with the command to run by hand. */
export async function dropDatabase(admin: Admin, database: string): Promise<void> {
  try {
    await admin.command({ dropDatabase: 1 }, database);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(
      `The database of this run could not be removed (${reason}). Run by hand: db.getSiblingDB('${database}').dropDatabase()`,
      { cause: error },
    );
  }
}

/** The databases of other runs. */
export async function listLeftovers(admin: Admin, ownPrefix: string): Promise<readonly Leftover[]> {
  const { databases } = await admin.command({
    listDatabases: 1,
    nameOnly: true,
    authorizedDatabases: true,
    filter: { name: { $regex: `^${ROOT}` } },
  });
  const others = (databases as readonly { readonly name: string }[]).flatMap(({ name: namespace }) => {
    const run = parseRunName(namespace);
    return run === undefined || run.prefix === ownPrefix ? [] : [{ namespace, run }];
  });
  if (others.length === 0) return [];
  const connected = await connectedNames(admin);
  return others.map(({ namespace, run }) => {
    const alive = connected.has(runAppName(run.prefix));
    return { namespace, run: alive ? 'alive' : runState(run) };
  });
}

/** Removes what killed runs of this host left. A database that cannot be removed now stays for the next run. */
export async function removeLeftovers(admin: Admin, ownPrefix: string): Promise<void> {
  for (const { namespace, run } of await listLeftovers(admin, ownPrefix)) {
    if (run === 'dead') await dropDatabase(admin, namespace).catch(() => undefined);
  }
}

interface Connected extends Document {
  readonly appName?: string;
  readonly clientMetadata?: { readonly application?: { readonly name?: string } };
}

/** The names of everybody who is connected, as far as the server tells: SecantusDB only as an answer to the old command. */
async function connectedNames(admin: Admin): Promise<ReadonlySet<string>> {
  const listed = await Promise.allSettled([
    admin.aggregate([{ $currentOp: { allUsers: true, idleConnections: true } }]),
    admin.command({ currentOp: 1 }).then(({ inprog }) => inprog as Document[]),
  ]);
  const rows = listed.flatMap((one): Connected[] => (one.status === 'fulfilled' ? one.value : []));
  const names = rows.map(({ appName, clientMetadata }) => appName ?? clientMetadata?.application?.name);
  return new Set(names.filter((name) => name !== undefined));
}
