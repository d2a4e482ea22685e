import { randomInt } from 'node:crypto';
import dns from 'node:dns/promises';
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

/** All addresses of a host name, or the code of the error where it has none. An address is its own. */
export async function addressesOf(host: string): Promise<readonly string[] | { readonly code: string }> {
  try {
    return (await dns.lookup(host, { all: true })).map(({ address }) => address);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return { code: code ?? message };
  }
}

/**
 * Ports that no system hands out by itself, to whoever listens on 0 or connects: Linux begins at 32,768, others at 49,152. One of those
 * is soon somebody else's, who then answers in place of a server that is still starting, and that says too late that it is taken.
 */
const FIRST_PORT = 20_000;
const LAST_PORT = 32_767;
const PORTS_TRIED = 100;

/** A port of this machine that nobody listens on right now, and that nobody is given by chance; `draw` names one to try. */
export async function freePort(draw = () => randomInt(FIRST_PORT, LAST_PORT + 1)): Promise<number> {
  for (let tried = 0; tried < PORTS_TRIED; tried += 1) {
    const port = draw();
    if (await canListen(port)) return port;
  }
  throw new Error(
    `none of ${PORTS_TRIED} ports between ${FIRST_PORT} and ${LAST_PORT} could be listened on at 127.0.0.1`,
  );
}

function canListen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = net.createServer();
    probe.once('error', () => resolve(false));
    probe.listen({ host: '127.0.0.1', port, exclusive: true }, () => probe.close(() => resolve(true)));
  });
}
