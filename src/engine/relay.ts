import net from 'node:net';
import type { Duplex } from 'node:stream';
import tls from 'node:tls';
import type { StoreAddress } from '../core/context.js';
import type { WireReader } from '../stores/wire-reader.js';
import { CountedSocket, type SocketTraffic } from './counted-socket.js';

/** A loopback port that leads to a store and counts, for drivers that cannot be given a socket. */
export interface Relay {
  readonly host: string;
  readonly port: number;
  /** Ends every connection through it at once. */
  destroy(): void;
}

export interface RelayOptions {
  /** Tells requests from what a driver says of its own accord. */
  readonly readerOf?: () => WireReader;
  /** How many connections are let in, in all. Default: any number. */
  readonly limit?: number;
}

/** A connection to the store: what the near side is joined to, and the socket that has the port. */
interface Far {
  readonly stream: Duplex;
  readonly socket: net.Socket;
}

/**
 * Opens a relay to a store; each connection through it is one counted connection there.
 *
 * With a reader, only what it takes for requests and answers is counted, and a connection is told of when it carries its
 * first request: a driver's heartbeats run on one of their own. Since it cannot read what is encrypted, the relay then does
 * the encryption that the address asks for, and the driver does none.
 */
export async function openRelay(
  address: Pick<StoreAddress, 'host' | 'port' | 'tls'>,
  connection: () => SocketTraffic,
  { readerOf, limit = Number.POSITIVE_INFINITY }: RelayOptions = {},
): Promise<Relay> {
  const sockets = new Set<net.Socket>();
  let letIn = 0;
  const server = net.createServer({ noDelay: true }, (near) => {
    letIn += 1;
    if (letIn > limit) return void near.destroy();
    const traffic = connection();
    const far = readerOf === undefined ? counted(traffic) : read(near, traffic, readerOf(), address);
    far.socket.setNoDelay(true);
    far.socket.connect(address.port, address.host);
    for (const socket of [near, far.socket]) {
      sockets.add(socket);
      socket.once('close', () => {
        sockets.delete(socket);
        near.destroy();
        far.socket.destroy();
      });
    }
    near.on('error', () => undefined);
    near.pipe(far.stream);
    far.stream.pipe(near);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  server.unref();
  const { port: relayPort } = server.address() as net.AddressInfo;
  return {
    host: '127.0.0.1',
    port: relayPort,
    destroy() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

/**
 * For a client that is to send without encryption what a store takes only with it, such as a load engine: the relay does the
 * encryption. Everything that is sent is a request. Undefined for a store without.
 */
export function encryptingReader({ tls: encryption = 'off' }: Pick<StoreAddress, 'tls'>) {
  if (encryption === 'off') return undefined;
  return (): WireReader => ({ requestsIn: () => 1, isAnswer: () => true, trace: () => null });
}

function counted(traffic: SocketTraffic): Far {
  const socket = new CountedSocket(traffic);
  return { stream: socket, socket };
}

/** Listens on both sides before they are joined, so that a request counts before it leaves, and an answer when it is here. */
function read(
  near: net.Socket,
  traffic: SocketTraffic,
  reader: WireReader,
  { host, tls: encryption = 'off' }: Pick<StoreAddress, 'host' | 'tls'>,
): Far {
  const socket = new net.Socket();
  socket.on('error', () => undefined);
  const stream = encryption === 'off' ? socket : encrypted(socket, host, encryption);
  let known = false;
  near.on('data', (bytes: Buffer) => {
    const requests = reader.requestsIn(bytes);
    if (requests > 0 && !known) {
      known = true;
      traffic.connected(socket.localPort ?? 0, () => reader.trace());
    }
    for (let request = 0; request < requests; request += 1) traffic.sent();
  });
  stream.on('data', (bytes: Buffer) => {
    if (reader.isAnswer(bytes)) traffic.received();
  });
  return { stream, socket };
}

function encrypted(socket: net.Socket, host: string, encryption: 'verify' | 'no-verify'): Duplex {
  const stream = tls.connect({
    socket,
    ...(net.isIP(host) ? { host } : { servername: host }),
    rejectUnauthorized: encryption === 'verify',
  });
  stream.on('error', () => socket.destroy());
  return stream;
}
