import { setTimeout as wait } from 'node:timers/promises';
import type { OpenTransaction } from '../../core/history.js';
import type { ClientConnection } from '../store.js';
import type { Admin } from './admin.js';
import { listClients, type SeenClient } from './client-list.js';
import { clientName } from './connect.js';

/** How long a connection that is to end may take to be gone. */
const END_MS = 5_000;
const FIRST_POLL_MS = 2;
const LONGEST_POLL_MS = 50;

/** Whose connections are looked for. */
export interface SessionScope {
  readonly admin: Admin;
  readonly namespace: string;
  /** Our address, as the server sees it. */
  readonly ownHost: string;
  /** The server sees the ports that our sockets have; where something stands between, only the name tells. */
  readonly portsVisible: boolean;
}

/** Connections that queued commands after MULTI and never sent EXEC, as the server sees them. */
export async function openTransactions(
  scope: SessionScope,
  connections: readonly ClientConnection[],
): Promise<readonly OpenTransaction[]> {
  if (connections.length === 0) return [];
  const seen = (await listClients(scope.admin)).filter((one) => one.queued !== undefined);
  return connections.flatMap((connection) =>
    seen
      .filter((one) => isOf(scope, one, connection))
      .map(({ queued = 0, lastCommand }) => ({
        client: connection.client,
        process: connection.process,
        state: `in MULTI with ${queued} command(s) queued`,
        lastStatement: lastCommand,
      })),
  );
}

/**
 * Ends these connections at the server and waits, for 5 s at most, until it lists them no more: what they had sent and it
 * had not read is gone with them. Returns those for which that was not seen.
 */
export async function endSessions(
  scope: SessionScope,
  connections: readonly ClientConnection[],
): Promise<readonly ClientConnection[]> {
  if (connections.length === 0) return [];
  const { admin } = scope;
  try {
    const seen = await listClients(admin);
    const ownOf = (connection: ClientConnection) => seen.filter((one) => isOf(scope, one, connection));
    const found = new Set(connections.flatMap(ownOf).map(({ id }) => id));
    await Promise.all([...found].map((id) => admin.ask((redis) => redis.client('KILL', 'ID', id))));
    const left = await waitUntilGone(admin, found);
    return connections.filter((connection) => {
      const own = ownOf(connection);
      return own.some(({ id }) => left.has(id)) || (own.length === 0 && !scope.portsVisible);
    });
  } catch {
    return connections;
  }
}

function isOf(
  scope: SessionScope,
  seen: SeenClient,
  { client, process, localPort }: ClientConnection,
): boolean {
  const byPort = scope.portsVisible && seen.port === localPort && seen.host === scope.ownHost;
  return byPort || seen.name === clientName(scope.namespace, client, process);
}

async function waitUntilGone(admin: Admin, ids: ReadonlySet<string>): Promise<ReadonlySet<string>> {
  const deadline = performance.now() + END_MS;
  let left = ids;
  for (let poll = FIRST_POLL_MS; left.size > 0; poll = Math.min(poll * 2, LONGEST_POLL_MS)) {
    const there = new Set((await listClients(admin)).map(({ id }) => id));
    left = new Set([...left].filter((id) => there.has(id)));
    if (performance.now() > deadline) break;
    if (left.size > 0) await wait(poll);
  }
  return left;
}
