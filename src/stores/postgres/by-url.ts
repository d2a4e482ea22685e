import type { StoreAddress } from '../../core/context.js';
import { isLoopback } from '../loopback.js';
import { runName } from '../run-name.js';
import { dropAll } from '../serve-namespaces.js';
import type { StoreRequest, StoreServer } from '../store.js';
import { Admin } from './admin.js';
import { readEnvironment } from './environment.js';
import { refusal } from './refusal.js';
import { lockKey } from './lock-key.js';
import { listLeftovers, removeLeftovers } from './schema.js';
import { serve } from './serve.js';
import { troubleOf } from '../trouble.js';
import { requireSuitable } from './suitability.js';
import { parsePostgresUrl, type PostgresUrl } from './url.js';

/** A server that the user named: only schemas of this run are made there, and removed again. */
export async function openByUrl(text: string, request: StoreRequest): Promise<StoreServer> {
  const url = parsePostgresUrl(text, request.allowRemote);
  const run = runName(request.runId);
  let opened: { readonly admin: Admin; readonly address: StoreAddress } | undefined;
  try {
    opened = await connect(url, lockKey(run));
    const { admin, address } = opened;
    const { portsVisible } = await requireSuitable(admin, url, request.connections);
    if (!request.keepLeftovers) await removeLeftovers(admin);
    const environment = await readEnvironment(admin);
    return serve({
      admin,
      address,
      portsVisible,
      prefix: run.prefix,
      description: `PostgreSQL ${environment.version} at ${url.host}:${url.port}`,
      environment: { ...environment, server: 'by URL', clientPorts: portsVisible ? 'visible' : 'hidden' },
      trouble: () =>
        troubleOf({ ...{ store: 'postgres', host: url.host, port: url.port }, ping: () => admin.ping() }),
      leftovers: () => listLeftovers(admin, run.prefix),
      end: async (live) => {
        try {
          await dropAll(live);
        } finally {
          admin.destroy();
        }
      },
    });
  } catch (error) {
    opened?.admin.destroy();
    throw refusal(url, error);
  }
}

/** Tries the ways to encrypt that the URL leaves open, and keeps to the one that worked. */
async function connect(
  url: PostgresUrl,
  key: string,
): Promise<{ readonly admin: Admin; readonly address: StoreAddress }> {
  let failure: unknown;
  for (const tls of url.tls) {
    const { host, port, user, password, database } = url;
    const address = { store: 'postgres', host, port, user, password, database, namespace: '', tls };
    // Held until this session ends, however it ends: as long as it is, no other run takes this one's schemas for left over.
    const admin = new Admin(address, async (session) => {
      await session.query('set client_min_messages = warning');
      await session.query('select pg_try_advisory_lock($1::bigint)', [key]);
    });
    try {
      const { remoteAddress } = await admin.ends();
      // `localhost` may be two addresses: all sessions take the one that worked, so that the server sees one client address.
      return {
        admin,
        address: tls === 'off' && isLoopback(host) ? { ...address, host: remoteAddress } : address,
      };
    } catch (error) {
      failure = error;
      const other = /SSL|encryption|pg_hba/i.test(error instanceof Error ? error.message : '');
      if (!other) break;
    }
  }
  throw failure;
}
