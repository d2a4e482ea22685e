import { once } from 'node:events';
import net from 'node:net';

const CONNECT_LIMIT_MS = 2_000;

/** Whether somebody takes connections there. */
export function listens(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect({ host, port });
    const done = (result: boolean) => {
      socket.destroy();
      resolve(result);
    };
    socket.setTimeout(CONNECT_LIMIT_MS, () => done(false));
    socket.once('connect', () => done(true)).once('error', () => done(false));
  });
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
