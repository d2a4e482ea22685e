import net from 'node:net';
import { CountedSocket, type Traffic } from './counted-socket.js';

/** A loopback port that leads to a store and counts, for drivers that cannot be given a socket. */
export interface Relay {
  readonly host: string;
  readonly port: number;
  /** Ends every connection through it at once. */
  destroy(): void;
}

/** Opens a relay to `host:port`; each connection through it is one counted connection to the store. */
export async function openRelay(host: string, port: number, connection: () => Traffic): Promise<Relay> {
  const sockets = new Set<net.Socket>();
  const server = net.createServer({ noDelay: true }, (near) => {
    const far = new CountedSocket(connection());
    far.setNoDelay(true);
    far.connect(port, host);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.once('close', () => {
        sockets.delete(socket);
        near.destroy();
        far.destroy();
      });
    }
    near.on('error', () => undefined);
    near.pipe(far);
    far.pipe(near);
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
