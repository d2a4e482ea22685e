import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { StoreAddress } from '../../core/context.js';
import type { Reaper } from '../../process/reaper.js';
import { startOwnServer, type OwnServer } from '../own-server.js';
import { StoreUnavailable } from '../store.js';
import { Admin } from './admin.js';
import { findMongoProgram, type MongoProgram } from './programs.js';

/** A server of this run alone. */
export interface LocalMongo {
  readonly server: OwnServer;
  readonly address: StoreAddress;
  readonly program: string;
}

const REPLICA_SET = 'race-check';
const PRIMARY_MS = 30_000;
const POLL_MS = 20;

/** Starts a program of this machine on a loopback port and waits until it takes writes. Rejects with `StoreUnavailable`. */
export async function startLocal(reaper: Reaper): Promise<LocalMongo> {
  const found = findMongoProgram();
  if (found === undefined) {
    throw new StoreUnavailable(
      'mongodb',
      'There is no mongod on PATH or among the downloads of mongodb-memory-server, and no secantusd-py either.',
      'Run race-check doctor --install mongodb, or name a server with --mongodb-url',
    );
  }
  const server = await startOwnServer({
    store: 'mongodb',
    product: found.kind === 'mongod' ? 'MongoDB' : 'SecantusDB',
    urlFlag: '--mongodb-url',
    program: found.file,
    reaper,
    prepare: (folder, port) => {
      const data = path.join(folder, 'data');
      fs.mkdirSync(data, { recursive: true });
      return argumentsOf(found, data, port);
    },
  });
  const address: StoreAddress = {
    ...{ store: 'mongodb', host: '127.0.0.1', port: server.port, namespace: '', tls: 'off' as const },
  };
  try {
    if (found.kind === 'mongod') await makeReplicaSet(address);
    return { server, address, program: found.file };
  } catch (error) {
    await server.stop();
    throw error;
  }
}

/** Nothing is made durable beyond what the journal is for; all that decides how operations meet is as it is by default. */
function argumentsOf({ kind }: MongoProgram, data: string, port: number): readonly string[] {
  if (kind === 'secantusdb') {
    return [
      ...['--host', '127.0.0.1', '--port', String(port)],
      ...['--storage-path', data, '--log-level', 'WARNING'],
    ];
  }
  return [
    ...['--bind_ip', '127.0.0.1', '--port', String(port), '--dbpath', data],
    ...['--replSet', REPLICA_SET, '--oplogSize', '64', '--noscripting', '--quiet'],
    ...['--setParameter', 'diagnosticDataCollectionEnabled=false'],
    ...(process.platform === 'win32' ? [] : ['--nounixsocket']),
  ];
}

/** Transactions need a replica set; one node suffices. */
async function makeReplicaSet(address: StoreAddress): Promise<void> {
  const admin = new Admin(address, 'race-check set-up');
  try {
    await admin.command({
      replSetInitiate: { _id: REPLICA_SET, members: [{ _id: 0, host: `${address.host}:${address.port}` }] },
    });
    const deadline = performance.now() + PRIMARY_MS;
    while ((await admin.command({ hello: 1 }))['isWritablePrimary'] !== true) {
      if (performance.now() > deadline) {
        throw new StoreUnavailable(
          'mongodb',
          'The local mongod did not become the primary of its replica set within 30 s.',
          'Name a server of your own with --mongodb-url',
        );
      }
      await wait(POLL_MS);
    }
  } finally {
    await admin.close();
  }
}
