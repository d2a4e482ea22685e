import type { HttpRequest } from './http-transport.js';

/** A request of HTTP/1.1 in two parts: what is written at once, and what is held back. */
export interface RequestBytes {
  readonly first: Buffer;
  readonly held: Buffer;
}

/**
 * `last-byte`: all but the last byte of the body. `head-end`: all but the last byte of the head, and the body; that is
 * also what is left for a request without a body. `whole`: everything.
 */
export type Cut = 'last-byte' | 'head-end' | 'whole';

/** Methods whose requests say that they have no body. */
export const BODILESS = new Set(['GET', 'HEAD', 'DELETE', 'OPTIONS', 'TRACE']);
/** They decide where a request ends, which is decided here. */
const OURS = new Set(['content-length', 'transfer-encoding', 'connection']);

/** Throws a TypeError for what cannot stand in a request. */
export function requestBytes(request: HttpRequest, base: URL, until: Cut): RequestBytes {
  const { head, body } = encode(request, base);
  const all = Buffer.concat([head, body]);
  const cut = {
    'last-byte': body.length > 0 ? all.length - 1 : head.length - 1,
    'head-end': head.length - 1,
    whole: 0,
  };
  return { first: all.subarray(0, cut[until]), held: all.subarray(cut[until]) };
}

/** The path below a base URL: the base's own path stands before it. */
export function joinedPath(base: URL, path: string): string {
  return `${base.pathname.replace(/\/$/, '')}${path}`;
}

/** The headers with lower-case names, once they are known to be headers. */
export function checkedHeaders({ headers }: Pick<HttpRequest, 'headers'>): [name: string, value: string][] {
  return Object.entries(headers).map(([name, value]) => {
    if (!/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(name))
      throw new TypeError(`expected the name of a header, got ${JSON.stringify(name)}`);
    if (OURS.has(name.toLowerCase()))
      throw new TypeError(`expected no header ${name}: it is set where the request is sent`);
    // eslint-disable-next-line no-control-regex -- a line end would begin another header
    if (/[\x00-\x08\x0a-\x1f\x7f]|[^\x00-\xff]/.test(value))
      throw new TypeError(`expected printable characters in the header ${name}`);
    return [name.toLowerCase(), value];
  });
}

export function checkedTarget({ method, path }: HttpRequest, base: URL): { method: string; path: string } {
  if (!/^[A-Z]+$/.test(method))
    throw new TypeError(`expected a method such as POST, got ${JSON.stringify(method)}`);
  if (!/^\/[\x21-\x7e]*$/.test(path))
    throw new TypeError(
      `expected a path that begins with a slash and is percent-encoded, got ${JSON.stringify(path)}`,
    );
  return { method, path: joinedPath(base, path) };
}

function encode(request: HttpRequest, base: URL): { head: Buffer; body: Buffer } {
  const { method, path } = checkedTarget(request, base);
  const headers = checkedHeaders(request);
  const body = Buffer.from(request.body ?? '');
  const lines = [`${method} ${path} HTTP/1.1`];
  if (!headers.some(([name]) => name === 'host')) lines.push(`host: ${base.host}`);
  lines.push(...headers.map(([name, value]) => `${name}: ${value}`));
  if (body.length > 0 || !BODILESS.has(method)) lines.push(`content-length: ${body.length}`);
  return { head: Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), body };
}
