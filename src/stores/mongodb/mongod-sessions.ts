import { setTimeout as wait } from 'node:timers/promises';
import { UUID, type Document } from 'mongodb';
import type { ClientConnection } from '../store.js';
import { clientName } from './connect.js';
import { mongoCode } from './errors.js';
import {
  END_MS,
  FIRST_POLL_MS,
  LONGEST_POLL_MS,
  type SessionScope,
  type SessionView,
} from './session-view.js';
import { traceOf } from './wire-reader.js';

/**
 * MongoDB's own view: `$currentOp` lists connections, running operations, and sessions that hold a transaction while nothing
 * of them runs. A transaction belongs to its session and outlives the connection, so it is the session that is killed.
 * Source: https://www.mongodb.com/docs/manual/reference/operator/aggregation/currentOp/
 */
export const mongodSessions: SessionView = {
  openTransactions: async (scope, connections) => {
    if (connections.length === 0) return [];
    const seen = (await look(scope, connections)).filter(holdsTransaction);
    return connections.flatMap((connection) =>
      seen
        .filter((one) => isOf(scope, one, connection))
        .map((one) => ({
          client: connection.client,
          process: connection.process,
          state: String(one['desc'] ?? 'inactive transaction'),
          lastStatement: traceOf(connection.trace)?.open.at(-1)?.statement ?? '',
        })),
    );
  },

  endSessions: async (scope, connections) => {
    if (connections.length === 0) return [];
    const { admin } = scope;
    try {
      const seen = await look(scope, connections);
      const sessions = new Set([
        ...connections.flatMap(({ trace }) => traceOf(trace)?.sessions ?? []),
        ...seen.map(sessionOf).filter((session) => session !== undefined),
      ]);
      if (sessions.size > 0) {
        await admin.command({ killSessions: [...sessions].map((session) => ({ id: new UUID(session) })) });
      }
      for (const { active, opid } of seen) {
        if (active === true && opid !== undefined) await admin.command({ killOp: 1, op: opid as unknown });
      }
      return await waitUntilGone(scope, connections);
    } catch {
      return connections;
    }
  },
};

/** Polls until nothing of these connections is left that could still write; resolves with those of which something is. */
async function waitUntilGone(
  scope: SessionScope,
  connections: readonly ClientConnection[],
): Promise<readonly ClientConnection[]> {
  const deadline = performance.now() + END_MS;
  for (let poll = FIRST_POLL_MS; ; poll = Math.min(poll * 2, LONGEST_POLL_MS)) {
    const seen = await look(scope, connections);
    const left = connections.filter((connection) =>
      seen.some((one) => isOf(scope, one, connection) && mayWrite(one, connection)),
    );
    if (left.length === 0 || performance.now() > deadline) return left;
    await wait(poll);
  }
}

/**
 * A connection whose operation had no answer must be gone as a whole: the server may not have read yet what it was sent. A
 * session without a transaction is none that could write.
 */
function mayWrite(seen: Document, { doubtful }: ClientConnection): boolean {
  if (seen['type'] === 'idleSession') return holdsTransaction(seen);
  return seen['active'] === true || doubtful === true;
}

function holdsTransaction(seen: Document): boolean {
  return seen['type'] === 'idleSession' && seen['transaction'] !== undefined;
}

async function look(scope: SessionScope, connections: readonly ClientConnection[]): Promise<Document[]> {
  const filter = {
    $or: [
      { appName: { $in: connections.map((one) => nameOf(scope, one)) } },
      { client: { $in: connections.map((one) => endOf(scope, one)) } },
      { 'lsid.id': { $in: connections.flatMap(sessionsOf).map((session) => new UUID(session)) } },
    ],
  };
  const currentOp = { idleConnections: true, idleSessions: true };
  try {
    return await scope.admin.aggregate([
      { $currentOp: { ...currentOp, allUsers: true } },
      { $match: filter },
    ]);
  } catch (error) {
    // Without the right to see others: the clients are this user's own.
    if (mongoCode(error) !== 13) throw error;
    return scope.admin.aggregate([{ $currentOp: currentOp }, { $match: filter }]);
  }
}

function isOf(scope: SessionScope, seen: Document, connection: ClientConnection): boolean {
  const session = sessionOf(seen);
  return (
    seen['appName'] === nameOf(scope, connection) ||
    seen['client'] === endOf(scope, connection) ||
    (session !== undefined && sessionsOf(connection).includes(session))
  );
}

function sessionsOf({ trace }: ClientConnection): readonly string[] {
  return traceOf(trace)?.sessions ?? [];
}

function sessionOf(seen: Document): string | undefined {
  const id = (seen['lsid'] as { readonly id?: { toString(encoding: 'hex'): string } } | undefined)?.id;
  return id?.toString('hex').replaceAll('-', '');
}

function nameOf({ namespace }: SessionScope, { client, process }: ClientConnection): string {
  return clientName(namespace, client, process);
}

function endOf({ ownHost }: SessionScope, { localPort }: ClientConnection): string {
  return `${ownHost}:${localPort}`;
}
