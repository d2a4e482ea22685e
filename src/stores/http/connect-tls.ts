import net from 'node:net';
import tls from 'node:tls';
import { bare } from './base-url.js';

/** Connected to the host of a URL, which chooses between HTTP/2 and HTTP/1.1 (`alpnProtocol`). */
export function connectTls(url: URL, insecure: boolean, until: AbortSignal): Promise<tls.TLSSocket> {
  const host = bare(url.hostname);
  const socket = tls.connect({
    ...{ host, port: Number(url.port || 443), rejectUnauthorized: !insecure },
    ...{ ALPNProtocols: ['h2', 'http/1.1'], ...(net.isIP(host) === 0 ? { servername: host } : {}) },
  });
  return new Promise((resolve, reject) => {
    const failed = (error: Error) => {
      socket.destroy();
      reject(error);
    };
    const late = () => failed(until.reason as Error);
    until.addEventListener('abort', late, { once: true });
    socket.once('error', failed);
    socket.once('secureConnect', () => {
      until.removeEventListener('abort', late);
      socket.off('error', failed);
      resolve(socket);
    });
  });
}
