import { once } from 'node:events';
import net from 'node:net';
import type { Duplex } from 'node:stream';
import tls from 'node:tls';
import { AbstractConnector, Redis } from 'ioredis';
import type { StoreAddress } from '../../core/context.js';
import { CONNECT_TIMEOUT_MS, notInTime } from '../no-connection.js';

/** How long a connection that we end may take to say good-bye. */
const FAREWELL_MS = 200;

/**
 * Opens one connection: logged in, on its database, with a name by which the server knows it, and every key that a command
 * names below the address's namespace. ioredis is left nothing to do behind our back: what is sent on a connection that was
 * lost is refused, and neither kept for later nor sent again. Rejects with the server's own error,
 * or where it asked for a connection, and what helps, if none came in time.
 */
export async function openRedisClient(
  address: StoreAddress,
  name: string,
  socket: () => Duplex,
): Promise<Redis> {
  let plain: Duplex | undefined;
  const redis = new Redis({
    Connector: connectorTo(address, () => (plain = socket())),
    ...{ lazyConnect: true, protocol: 2, keyPrefix: address.namespace },
    ...{ retryStrategy: null, reconnectOnError: null, maxRetriesPerRequest: null },
    ...{ enableOfflineQueue: false, autoResendUnfulfilledCommands: false, autoResubscribe: false },
    ...{ enableReadyCheck: false, disableClientInfo: true, enableAutoPipelining: false },
  });
  // A connection that ends between two commands must not end the process: the next command says so.
  redis.on('error', () => undefined);
  let isLate = false;
  // A server that listens and says nothing is too late as well.
  const tooLate = setTimeout(() => {
    isLate = true;
    plain?.destroy(new Error('connection timed out'));
  }, CONNECT_TIMEOUT_MS);
  try {
    await redis.connect();
    const { user, password, database } = address;
    if (password) await (user ? redis.auth(user, password) : redis.auth(password));
    if (database !== undefined && database !== '0') await redis.select(database);
    await redis.client('SETNAME', name);
    return redis;
  } catch (error) {
    redis.disconnect();
    throw isLate ? notInTime('Redis', address, error) : error;
  } finally {
    clearTimeout(tooLate);
  }
}

/** ioredis makes its connection through one of these: ours takes the socket that it is given, so that it can be counted. */
function connectorTo({ host, port, tls: encryption = 'off' }: StoreAddress, socket: () => Duplex) {
  return class extends AbstractConnector {
    constructor() {
      super(FAREWELL_MS);
    }

    async connect(): Promise<net.Socket> {
      const plain = socket() as net.Socket;
      plain.setNoDelay(true);
      plain.connect(port, host);
      const stream =
        encryption === 'off'
          ? plain
          : tls.connect({
              socket: plain,
              ...(net.isIP(host) ? { host } : { servername: host }),
              rejectUnauthorized: encryption === 'verify',
            });
      this.stream = stream;
      await once(stream, encryption === 'off' ? 'connect' : 'secureConnect');
      return stream;
    }
  };
}
