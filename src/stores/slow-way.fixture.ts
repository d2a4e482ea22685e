import { once } from 'node:events';
import net from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

/** What stands between clients and a server that is far away, or busy with others. */
export interface SlowWay {
  readonly port: number;
  close(): void;
}

/**
 * Keeps every answer of the server back for so long, in their order: that is what each request takes at least. `connectMs`
 * goes by before each connection, one after the other, as where a server starts a process for each. Default: none.
 */
export async function startSlowWay(serverPort: number, delayMs: number, connectMs = 0): Promise<SlowWay> {
  const sockets = new Set<net.Socket>();
  let nextAtMs = 0;
  const turn = async () => {
    nextAtMs = Math.max(nextAtMs, performance.now()) + connectMs;
    await wait(nextAtMs - performance.now());
  };
  const join = (near: net.Socket) => {
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
    near.resume();
    near.on('data', (chunk: Buffer) => far.write(chunk));
    far.on('data', (chunk: Buffer) => void setTimeout(() => near.write(chunk), delayMs));
  };
  const way = net.createServer({ pauseOnConnect: true }, (near) => {
    if (connectMs === 0) join(near);
    else void turn().then(() => join(near));
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
