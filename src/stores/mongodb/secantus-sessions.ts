import { setTimeout as wait } from 'node:timers/promises';
import { UUID, type Document } from 'mongodb';
import type { ClientConnection } from '../store.js';
import type { Admin } from './admin.js';
import { clientName } from './connect.js';
import {
  END_MS,
  FIRST_POLL_MS,
  LONGEST_POLL_MS,
  type SessionScope,
  type SessionView,
} from './session-view.js';
import { traceOf } from './wire-reader.js';

/**
 * SecantusDB lists its connections (`currentOp`), but neither what they do nor which sessions hold a transaction. So an open
 * transaction is one that the wire showed to begin and not to end. Its `killOp` closes a connection; a command that runs goes
 * on to its end, and only then is the connection no longer listed. `killSessions` aborts a session's transaction before it
 * answers.
 */
export const secantusSessions: SessionView = {
  openTransactions: (_scope, connections) =>
    Promise.resolve(
      connections.flatMap(({ client, process, trace }) =>
        (traceOf(trace)?.open ?? []).map(({ statement }) => ({
          ...{ client, process, state: 'in a transaction', lastStatement: statement },
        })),
      ),
    ),

  endSessions: async (scope, connections) => {
    if (connections.length === 0) return [];
    const { admin, own } = scope;
    try {
      // First those of which nothing runs any more: what does run may wait for what they hold.
      await killSessions(
        admin,
        connections.filter(({ doubtful }) => !doubtful),
      );
      for (const { opid } of await look(scope, connections)) {
        await admin.command({ killOp: 1, op: opid as unknown });
      }
      const left = await waitUntilGone(scope, connections);
      await killSessions(admin, connections);
      const unread = connections.filter(({ trace }) => trace === undefined);
      // Nobody else's: its sessions are all of this run, and no operation runs any more.
      if (own && unread.length > 0) await admin.command({ killAllSessions: [] });
      return connections.filter((one) => left.includes(one) || (!own && unread.includes(one)));
    } catch {
      return connections;
    }
  },
};

async function killSessions(admin: Admin, connections: readonly ClientConnection[]): Promise<void> {
  const sessions = connections.flatMap(({ trace }) => traceOf(trace)?.sessions ?? []);
  if (sessions.length === 0) return;
  await admin.command({ killSessions: sessions.map((session) => ({ id: new UUID(session) })) });
}

async function waitUntilGone(
  scope: SessionScope,
  connections: readonly ClientConnection[],
): Promise<readonly ClientConnection[]> {
  const deadline = performance.now() + END_MS;
  for (let poll = FIRST_POLL_MS; ; poll = Math.min(poll * 2, LONGEST_POLL_MS)) {
    const seen = await look(scope, connections);
    const left = connections.filter((connection) => seen.some((one) => isOf(scope, one, connection)));
    if (left.length === 0 || performance.now() > deadline) return left;
    await wait(poll);
  }
}

async function look(scope: SessionScope, connections: readonly ClientConnection[]): Promise<Document[]> {
  const { inprog } = await scope.admin.command({ currentOp: 1 });
  return (inprog as Document[]).filter((one) =>
    connections.some((connection) => isOf(scope, one, connection)),
  );
}

interface Seen extends Document {
  readonly client?: string;
  readonly clientMetadata?: { readonly application?: { readonly name?: string } };
}

function isOf({ namespace, ownHost }: SessionScope, seen: Seen, connection: ClientConnection): boolean {
  const { client, process, localPort } = connection;
  return (
    seen.client === `${ownHost}:${localPort}` ||
    seen.clientMetadata?.application?.name === clientName(namespace, client, process)
  );
}
