import { createHash } from 'node:crypto';
import type { Db, MongoClient } from 'mongodb';
import type { ClientContext, TargetContext } from '../../core/context.js';
import { reach } from '../listening.js';
import { notInTime, refused } from '../no-connection.js';
import { CONNECTIONS_A_CLIENT, endWithConnection, openMongoClient } from './client.js';

export type { ClientSession, Collection, Db, MongoClient } from 'mongodb';
export { isDuplicateKey, mongoCode, notHappened } from './errors.js';
export { inTransaction, retrying } from './transaction.js';

/** A client of a target, and its database. */
export interface MongoConnection {
  readonly client: MongoClient;
  /** The namespace of this run. */
  readonly db: Db;
  close(): Promise<void>;
}

/**
 * A connection for a target: counted as its client's, warm, one request at a time, its database the namespace of this run.
 * Nothing is retried, and a connection that was lost is not opened again. Rejects with the driver's error.
 */
export async function connectMongodb(context: TargetContext | ClientContext): Promise<MongoConnection> {
  const address = await context.relay('mongodb', CONNECTIONS_A_CLIENT);
  const counted = 'client' in context;
  const name = counted ? clientName(address.namespace, context.client, context.process) : 'race-check';
  const client = await openMongoClient(address, name).catch(async (error: unknown) => {
    // What stands between took the connection; the driver knows nothing of the server's own port.
    const server = context.address('mongodb');
    if ((await reach(server.host, server.port)) === 'refuses') throw refused('MongoDB', server, error);
    throw isLate(error) ? notInTime('MongoDB', server, error) : error;
  });
  if (counted) endWithConnection(client);
  return { client, db: client.db(address.namespace), close: () => client.close() };
}

/** The driver names what it was waiting for, and not the server. */
function isLate(error: unknown): boolean {
  return error instanceof Error && /timed out after/.test(error.message);
}

/** The name by which a client's connection is recognised at the server, whatever stands between. */
export function clientName(namespace: string, client: number, process: number): string {
  return `race-check ${createHash('sha256').update(namespace).digest('hex').slice(0, 16)}/${client}.${process}`;
}
