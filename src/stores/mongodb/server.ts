import { once } from 'node:events';
import net from 'node:net';
import tls from 'node:tls';
import type { StoreAddress } from '../../core/context.js';
import { runName } from '../run-name.js';
import { dropAll, serveNamespaces, type ServerOrigin } from '../serve-namespaces.js';
import type { OpenStore, StoreRequest, StoreServer } from '../store.js';
import { processEnd, troubleOf } from '../trouble.js';
import { Admin } from './admin.js';
import { databaseNamespace, dropDatabase, listLeftovers, removeLeftovers, runAppName } from './databases.js';
import { startLocal } from './local.js';
import { mongodSessions } from './mongod-sessions.js';
import { describe, readEnvironment, readProduct, type Product } from './product.js';
import { refusal } from './refusal.js';
import { secantusSessions } from './secantus-sessions.js';
import { requireSuitable } from './suitability.js';
import { parseMongodbUrl } from './url.js';

const REACH_MS = 10_000;

/** MongoDB: the server that a URL names, else one of our own for this run. Rejects with `StoreUnavailable`. */
export const openMongodb: OpenStore = (request) =>
  request.url === undefined ? openLocal(request) : openByUrl(request.url, request);

async function openLocal(request: StoreRequest): Promise<StoreServer> {
  const local = await startLocal(request.reaper);
  try {
    return await serve(local.address, request, {
      own: true,
      words: ', local',
      environment: { server: 'local', program: local.program },
      ended: () => processEnd(local.server.ended()),
      end: (keepLogAt) => local.server.stop(keepLogAt),
    });
  } catch (error) {
    await local.server.stop();
    throw error;
  }
}

/** A server that the user named: only databases of this run are made there, and dropped again. */
async function openByUrl(text: string, request: StoreRequest): Promise<StoreServer> {
  const address = parseMongodbUrl(text, request.allowRemote);
  try {
    await reach(address);
  } catch (error) {
    throw refusal(address, error);
  }
  return serve(address, request, {
    own: false,
    words: ` at ${address.host}:${address.port}`,
    environment: { server: 'by URL' },
    end: () => Promise.resolve(),
  });
}

/** The driver tries for as long as it may; that nothing listens, or that a certificate is not accepted, is known at once. */
async function reach({ host, port, tls: encryption }: StoreAddress): Promise<void> {
  const socket =
    encryption === 'off'
      ? net.connect({ host, port })
      : tls.connect({
          ...{ host, port, rejectUnauthorized: encryption === 'verify' },
          ...(!net.isIP(host) && { servername: host }),
        });
  socket.setTimeout(REACH_MS, () => socket.destroy(new Error('connection timed out')));
  try {
    await once(socket, encryption === 'off' ? 'connect' : 'secureConnect');
  } finally {
    socket.destroy();
  }
}

async function serve(
  address: StoreAddress,
  request: StoreRequest,
  { own, words, environment, ended, end }: ServerOrigin,
): Promise<StoreServer> {
  const { prefix } = runName(request.runId);
  const admin = new Admin(address, runAppName(prefix));
  try {
    const product = await readProduct(admin);
    await requireSuitable(admin, product, address, request.connections);
    if (!own) {
      await requireRights(admin, `${prefix}_0`);
      if (!request.keepLeftovers) await removeLeftovers(admin, prefix);
    }
    const { you } = await admin.command({ whatsmyuri: 1 });
    const ownHost = String(you).replace(/:\d+$/, '');
    const view = product.name === 'SecantusDB' ? secantusSessions : mongodSessions;
    return serveNamespaces({
      store: 'mongodb',
      description: `${describe(product)}${words}`,
      environment: { ...(await readEnvironment(admin, product)), ...environment },
      ...(product.topology === 'standalone' && {
        lacks: { transactions: withoutTransactions(product, words) },
      }),
      trouble: () =>
        troubleOf({
          ...{ store: 'mongodb', host: address.host, port: address.port, ping: () => admin.ping() },
          ...(ended === undefined ? {} : { ended }),
        }),
      endsWithRun: own,
      ...(own ? {} : { leftovers: () => listLeftovers(admin, prefix) }),
      make: (number) =>
        Promise.resolve(
          databaseNamespace({ ...address, namespace: `${prefix}_${number}` }, view, { admin, ownHost, own }),
        ),
      end: async (live, keepLogAt) => {
        try {
          // A server that ends takes its databases with it.
          if (!own) await dropAll(live);
        } finally {
          await (ended?.() === undefined ? admin.close() : undefined);
          await end(keepLogAt);
        }
      },
    });
  } catch (error) {
    await admin.close();
    throw refusal(address, error);
  }
}

function withoutTransactions(product: Product, words: string) {
  return {
    reason: `${describe(product)}${words} is a standalone server: transactions need a replica set`,
    remedy:
      'Start it with --replSet and run rs.initiate() once, or leave the URL out for a server of this run alone',
  };
}

/** Makes a database and drops it again, before anything is measured. */
async function requireRights(admin: Admin, database: string): Promise<void> {
  await admin.command({ create: 'race_check' }, database);
  await dropDatabase(admin, database);
}
