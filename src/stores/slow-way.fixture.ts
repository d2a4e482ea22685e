import { once } from 'node:events';
import net from 'node:net';

/** What stands between clients and a server that is far away, or busy with others. */
export interface SlowWay {
  readonly port: number;
  close(): void;
}

/** Keeps every answer of the server back for so long, in their order: that is what each request takes at least. */
export async function startSlowWay(serverPort: number, delayMs: number): Promise<SlowWay> {
  const sockets = new Set<net.Socket>();
  const way = net.createServer((near) => {
    const far = net.connect(serverPort, '127.0.0.1');
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.setNoDelay();
      socket.on('error', () => undefined);
      socket.on('close', () => {
        near.destroy();
        far.destroy();
      });
    }
    near.on('data', (chunk: Buffer) => far.write(chunk));
    far.on('data', (chunk: Buffer) => void setTimeout(() => near.write(chunk), delayMs));
  });
  way.listen(0, '127.0.0.1');
  await once(way, 'listening');
  return {
    port: (way.address() as net.AddressInfo).port,
    close: () => {
      way.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
