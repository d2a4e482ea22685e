import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { findProgram } from '../../process/find-program.js';
import type { StoreAddress } from '../../core/context.js';
import { startOwnServer } from '../own-server.js';
import { runName } from '../run-name.js';
import { dropAll, serveNamespaces, type ServerOrigin } from '../serve-namespaces.js';
import { StoreUnavailable, type OpenStore, type StoreRequest, type StoreServer } from '../store.js';
import { processEnd, troubleOf } from '../trouble.js';
import { Admin } from './admin.js';
import { listClients } from './client-list.js';
import { environmentOf, readInformation, requireSuitable } from './information.js';
import { keyNamespace, listLeftovers, prefixOf, removeLeftovers, runConnectionName } from './keys.js';
import { refusal } from './refusal.js';
import { parseRedisUrl } from './url.js';

const PROGRAMS = ['redis-server', 'valkey-server'];

/** Redis: the server that a URL names, else one of our own for this run. Rejects with `StoreUnavailable`. */
export const openRedis: OpenStore = (request) =>
  request.url === undefined ? openLocal(request) : openByUrl(request.url, request);

/**
 * A server of this run alone from a program on PATH: on a loopback port, with a password, so that nobody else on this machine
 * can have it write files as our user; nothing made durable.
 */
async function openLocal(request: StoreRequest): Promise<StoreServer> {
  const program = PROGRAMS.map((name) => findProgram(name)).find((found) => found !== undefined);
  if (program === undefined) {
    throw new StoreUnavailable(
      'redis',
      `There is no ${PROGRAMS.join(' or ')} on PATH.`,
      'Install one (apt-get install redis-server, brew install redis), or name a server with --redis-url',
    );
  }
  const password = randomBytes(16).toString('hex');
  const server = await startOwnServer({
    ...{ store: 'redis', product: 'Redis', urlFlag: '--redis-url', program, reaper: request.reaper },
    prepare: (folder, port) => {
      const file = path.join(folder, 'redis.conf');
      fs.writeFileSync(file, configuration(port, password), { mode: 0o600 });
      // Named in its command line, and left there, so that a killed run's server is known by it.
      return [file, '--dir', folder, '--set-proc-title', 'no'];
    },
  });
  const address: StoreAddress = {
    ...{ store: 'redis', host: '127.0.0.1', port: server.port, user: '', password },
    ...{ database: '0', namespace: '', tls: 'off' as const },
  };
  try {
    return await serve(address, request, {
      own: true,
      words: ', local',
      environment: { server: 'local', program },
      ended: () => processEnd(server.ended()),
      end: (keepLogAt) => server.stop(keepLogAt),
    });
  } catch (error) {
    await server.stop();
    throw error;
  }
}

const configuration = (port: number, password: string) => `
bind 127.0.0.1
port ${port}
requirepass ${password}
save ""
appendonly no
daemonize no
`;

/** A server that the user named: only keys of this run are made there, and removed again. */
async function openByUrl(text: string, request: StoreRequest): Promise<StoreServer> {
  const address = parseRedisUrl(text, request.allowRemote);
  const at = `${address.host}:${address.port}`;
  return serve(address, request, {
    own: false,
    words: ` at ${at}`,
    environment: { server: 'by URL' },
    end: () => Promise.resolve(),
  });
}

async function serve(
  given: StoreAddress,
  request: StoreRequest,
  { own, words, environment, ended, end }: ServerOrigin,
): Promise<StoreServer> {
  const { prefix } = runName(request.runId);
  const admin = new Admin(given, runConnectionName(prefix));
  try {
    const { localPort, remoteAddress } = await admin.ends();
    const information = await readInformation(admin);
    requireSuitable(information, `${given.host}:${given.port}`, request.connections);
    const clients = await listClients(admin);
    const self = clients.find(({ name }) => name === runConnectionName(prefix));
    const portsVisible = clients.some(({ port }) => port === localPort);
    if (!own && !request.keepLeftovers) await removeLeftovers(admin, prefix);
    // `localhost` may be two addresses: all connections take the one that worked, so that the server sees one client address.
    const address = given.tls === 'off' ? { ...given, host: remoteAddress } : given;
    const scope = { admin, ownHost: self?.host ?? '', portsVisible };
    return serveNamespaces({
      store: 'redis',
      description: `${information.product} ${information.version}${words}`,
      environment: {
        ...environmentOf(information),
        ...environment,
        ...(own ? {} : { clientPorts: portsVisible ? 'visible' : 'hidden' }),
      },
      trouble: () =>
        troubleOf({
          ...{ store: 'redis', host: given.host, port: given.port, ping: () => admin.ping() },
          ...(ended === undefined ? {} : { ended }),
        }),
      endsWithRun: own,
      ...(own ? {} : { leftovers: () => listLeftovers(admin, prefix) }),
      make: (number) =>
        Promise.resolve(keyNamespace({ ...address, namespace: prefixOf(`${prefix}_${number}`) }, scope)),
      end: async (live, keepLogAt) => {
        try {
          // A server that ends takes its keys with it.
          if (!own) await dropAll(live);
        } finally {
          admin.destroy();
          await end(keepLogAt);
        }
      },
    });
  } catch (error) {
    admin.destroy();
    throw refusal(given, error);
  }
}
