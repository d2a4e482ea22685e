import { once } from 'node:events';
import net from 'node:net';

/** Until nobody is taken to answer. */
export const CONNECT_LIMIT_MS = 2_000;

/** What comes of a connection there: somebody takes it, nobody does, or there is no answer within 2 s (or no way). */
export function reach(host: string, port: number): Promise<'accepts' | 'refuses' | 'silent'> {
  return new Promise((resolve) => {
    const socket = net.connect({ host, port });
    const done = (result: 'accepts' | 'refuses' | 'silent') => {
      socket.destroy();
      resolve(result);
    };
    socket.setTimeout(CONNECT_LIMIT_MS, () => done('silent'));
    socket
      .once('connect', () => done('accepts'))
      .once('error', ({ code }: NodeJS.ErrnoException) =>
        // Reset: it was ended just then.
        done(code === 'ECONNREFUSED' || code === 'ECONNRESET' ? 'refuses' : 'silent'),
      );
  });
}

/** Whether somebody takes connections there. */
export async function listens(host: string, port: number): Promise<boolean> {
  return (await reach(host, port)) === 'accepts';
}

/** A port of this machine that nobody listens on right now. */
export async function freePort(): Promise<number> {
  const probe = net.createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as net.AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}
