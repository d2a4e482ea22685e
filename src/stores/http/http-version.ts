import type { Api } from '../../core/api.js';
import { connectTls } from './connect-tls.js';

/** What an API is spoken to in. */
export type HttpVersion = 'http1' | 'http2';

const HANDSHAKE_MS = 5_000;

/** As the transport finds out: HTTP/2 where it was asked for, or where the server agrees to it inside TLS. */
export async function httpVersionAt(
  url: string,
  { sync = 'auto', insecure }: Pick<Api, 'sync' | 'insecure'>,
): Promise<HttpVersion> {
  if (sync !== 'auto') return sync === 'single-packet' ? 'http2' : 'http1';
  const base = new URL(url);
  if (base.protocol !== 'https:') return 'http1';
  try {
    const socket = await connectTls(base, insecure, AbortSignal.timeout(HANDSHAKE_MS));
    socket.destroy();
    return socket.alpnProtocol === 'h2' ? 'http2' : 'http1';
  } catch {
    // Whoever connects next says what is wrong.
    return 'http1';
  }
}
