import { isLoopback } from './loopback.js';
import { StoreUnavailable } from './store.js';

/** What the URLs of stores differ in. */
export interface UrlKind {
  readonly store: string;
  /** For people, e.g. `Redis`. */
  readonly product: string;
  readonly protocols: readonly string[];
  readonly defaultPort: number;
  /** Parameters that are read. */
  readonly known: readonly string[];
  /** Parameters whose matter is ours to decide, or without meaning to us. */
  readonly ignored: readonly string[];
  readonly example: string;
}

export interface ServerUrl {
  readonly protocol: string;
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  /** What stands after the host's slash. */
  readonly path: string;
  readonly parameters: URLSearchParams;
}

/**
 * Reads a connection URL with one host; `check` adds what the store knows to be wrong with it.
 * Throws `StoreUnavailable` with everything that is wrong, and never with its password.
 */
export function parseServerUrl(
  kind: UrlKind,
  text: string,
  allowRemote: boolean,
  check: (url: ServerUrl) => readonly string[],
): ServerUrl {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw unusable(kind, ['it is no URL with one host']);
  }
  const problems: string[] = [];
  if (!kind.protocols.includes(url.protocol)) {
    const wanted = kind.protocols.map((protocol) => `"${protocol}//"`).join(' or ');
    problems.push(`it begins with "${url.protocol}//", not with ${wanted}`);
  }
  const decoded = (what: string, part: string): string => {
    try {
      return decodeURIComponent(part);
    } catch {
      problems.push(`its ${what} holds a "%" that is no escape (write "%25" for a percent sign)`);
      return '';
    }
  };
  const parsed: ServerUrl = {
    protocol: url.protocol,
    host: decoded('host', url.hostname).replace(/^\[(.*)\]$/, '$1'),
    port: Number(url.port || kind.defaultPort),
    user: decoded('user', url.username),
    password: decoded('password', url.password),
    path: decoded('path', url.pathname.replace(/^\//, '')),
    parameters: url.searchParams,
  };
  if (parsed.host === '' || parsed.host.startsWith('/')) problems.push('it names no TCP host');
  const others = [...new Set(url.searchParams.keys())].filter(
    (name) => !kind.known.includes(name) && !kind.ignored.includes(name),
  );
  // An unescaped mark in a password cuts the URL there: what follows may be a part of it, and is not shown.
  if (url.hash !== '' || others.some((name) => !/^[a-z_]+$/i.test(name))) {
    problems.push('it holds a "#" or "?" where none belongs (in a password write "%23" and "%3F")');
  } else if (others.length > 0) {
    problems.push(`it sets ${others.join(', ')}, which is not supported`);
  }
  problems.push(...check(parsed));
  if (problems.length > 0) throw unusable(kind, problems);
  if (!allowRemote && !isLoopback(parsed.host)) {
    throw new StoreUnavailable(
      kind.store,
      `The ${kind.product} URL leads to ${parsed.host}, which is not this machine.`,
      'If data may be made and bursts be run there, add --allow-remote',
    );
  }
  return parsed;
}

function unusable({ store, product, example }: UrlKind, problems: readonly string[]): StoreUnavailable {
  return new StoreUnavailable(
    store,
    `The ${product} URL cannot be used: ${problems.join('; ')}.`,
    `Write it like ${example}`,
  );
}
