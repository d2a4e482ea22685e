import net from 'node:net';
import tls from 'node:tls';
import { NotHappened, type ClientContext, type TargetContext, type Traffic } from '../core/context.js';

/** The store whose address is the host and port of the base URL. */
export const STORE = 'http';

/** A connected socket; `traffic` is to be told of what it carries, where the socket does not do so itself. */
export interface Dialled {
  readonly socket: net.Socket;
  readonly traffic: Traffic | undefined;
}

export interface Origin {
  readonly base: URL;
  readonly insecure: boolean;
}

const CERTIFICATE = /CERT|SIGNATURE|ALTNAME/;

/** Connects. Rejects with `NotHappened`, for nothing was sent. */
export async function dial(
  { base, insecure }: Origin,
  context: TargetContext | ClientContext,
  protocols: readonly string[] = ['http/1.1'],
): Promise<Dialled> {
  const { host, port } = context.address(STORE);
  if (base.protocol === 'http:') {
    const socket = context.socket(STORE) as net.Socket;
    socket.setNoDelay(true);
    socket.connect(port, host);
    await connected(socket, 'connect', base);
    return { socket, traffic: undefined };
  }
  // TLS reads and writes past the methods of a socket that it is given, so that nothing could be counted on it.
  const socket = tls.connect({
    ...{ host, port, ALPNProtocols: [...protocols], rejectUnauthorized: !insecure },
    ...(net.isIP(base.hostname.replace(/^\[|\]$/g, '')) === 0 ? { servername: base.hostname } : {}),
  });
  socket.setNoDelay(true);
  await connected(socket, 'secureConnect', base);
  const traffic = 'client' in context ? context.traffic(STORE) : undefined;
  traffic?.connected(socket.localPort ?? 0);
  return { socket, traffic };
}

function connected(socket: net.Socket, event: 'connect' | 'secureConnect', base: URL): Promise<void> {
  return new Promise((resolve, reject) => {
    const failed = (error: NodeJS.ErrnoException) => {
      socket.destroy();
      const hint = CERTIFICATE.test(error.code ?? '')
        ? '; a certificate that nobody vouches for is accepted where insecure is set'
        : '';
      const words = `could not connect to ${base.origin}: ${error.message || error.code}${hint}`;
      reject(new NotHappened(words, error.code ?? 'connect', { cause: error }));
    };
    const closed = () =>
      failed(Object.assign(new Error('the connection was ended at once'), { code: 'connect' }));
    socket.once('error', failed);
    socket.once('close', closed);
    socket.once(event, () => {
      socket.off('error', failed);
      socket.off('close', closed);
      resolve();
    });
  });
}
