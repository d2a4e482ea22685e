import { once } from 'node:events';
import net from 'node:net';
import type { Duplex } from 'node:stream';
import tls from 'node:tls';
import type { StoreAddress } from '../../core/context.js';
import type { Message } from './frames.js';
import { SSL_REQUEST, type StartupAsSent, type StartupPacket } from './startup.js';

/** Where the server is, and whether it wants TLS. */
export type ServerPlace = Pick<StoreAddress, 'host' | 'port' | 'tls'>;

/** How a connection reaches the server, and what it says first. */
export interface ServerAccess {
  open(): Promise<Duplex>;
  /** The start-up packet as the server shall get it. */
  startup(message: Message, packet: StartupPacket): StartupAsSent;
  /** The first start was refused with these fields: whether to try once more, with what `startup` says then. */
  refused(error: ReadonlyMap<string, string>): boolean;
}

/** A fresh connection to the server, encrypted where the address asks for it. Rejects with what stood in the way. */
export async function openServerEnd(place: ServerPlace): Promise<Duplex> {
  const socket = net.connect({ host: place.host, port: place.port, noDelay: true, allowHalfOpen: true });
  try {
    await once(socket, 'connect');
    if (place.tls === undefined || place.tls === 'off') return socket;
    return await encrypt(socket, place);
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

async function encrypt(socket: net.Socket, { host, tls: encryption }: ServerPlace): Promise<Duplex> {
  socket.write(SSL_REQUEST);
  const [answer] = (await once(socket, 'data')) as [Buffer];
  socket.pause();
  if (answer.toString() !== 'S') throw new Error('the server refuses TLS, which its address asks for');
  const stream = tls.connect({
    socket,
    ...(net.isIP(host) ? { host } : { servername: host }),
    rejectUnauthorized: encryption === 'verify',
  });
  await once(stream, 'secureConnect');
  return stream;
}
