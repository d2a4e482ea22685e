import { MongoClient } from 'mongodb';
import type { StoreAddress } from '../../core/context.js';
import { CONNECT_TIMEOUT_MS } from '../no-connection.js';

/** The longest that a timer can be set to, 25 days: one heartbeat, the first. */
const NEVER_MS = 2 ** 31 - 1;

/** What a client connects: one for what it is asked to do, and one for the driver's heartbeat. */
export const CONNECTIONS_A_CLIENT = 2;

/**
 * Opens a client with one connection for what it is asked to do, warm.
 *
 * Of what the driver does behind one's back little is left: no retry of a read, a write or a commit, no wait and repeat when
 * the server is overloaded, no heartbeat after the first. It would still connect again after a loss; see `endWithConnection`.
 * Rejects with the driver's own error.
 */
export async function openMongoClient(address: StoreAddress, appName: string): Promise<MongoClient> {
  const { host, port, user, password, database, tls = 'off' } = address;
  const client = new MongoClient(`mongodb://${host.includes(':') ? `[${host}]` : host}:${port}/`, {
    ...{ appName, directConnection: true, maxPoolSize: 1 },
    ...{ retryReads: false, retryWrites: false, maxAdaptiveRetries: 0 },
    ...{ serverMonitoringMode: 'poll', heartbeatFrequencyMS: NEVER_MS },
    ...{ serverSelectionTimeoutMS: CONNECT_TIMEOUT_MS, connectTimeoutMS: CONNECT_TIMEOUT_MS },
    ...(user && { auth: { username: user, password: password ?? '' }, authSource: database || 'admin' }),
    tls: tls !== 'off',
    ...(tls === 'no-verify' && { tlsAllowInvalidCertificates: true, tlsAllowInvalidHostnames: true }),
  });
  try {
    await client.connect();
    await client.db('admin').command({ ping: 1 });
    return client;
  } catch (error) {
    await client.close().catch(() => undefined);
    throw error;
  }
}

/**
 * The client ends with its connection: what is asked of it later rejects at once. `close` alone would first try for ten
 * seconds to abort, over a connection that is gone, what its sessions had begun; so its topology goes first, which is not
 * among the driver's documented parts.
 */
export function endWithConnection(client: MongoClient): void {
  client.once('connectionClosed', () => {
    const { topology } = client as unknown as { readonly topology?: { close?: () => void } };
    topology?.close?.();
    void client.close().catch(() => undefined);
  });
}
