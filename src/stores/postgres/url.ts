import os from 'node:os';
import type { StoreAddress } from '../../core/context.js';
import { isLoopback } from '../loopback.js';
import { StoreUnavailable } from '../store.js';

type Tls = NonNullable<StoreAddress['tls']>;

/** What a URL names, and the ways to encrypt that are to be tried, best first. */
export interface PostgresUrl {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  readonly tls: readonly [Tls, ...Tls[]];
}

/**
 * libpq's names. As in pg, `require` and `verify-ca` check the certificate in full; `no-verify` does not check it.
 * Without a word the connection is not encrypted.
 */
const TLS_BY_MODE: Readonly<Record<string, PostgresUrl['tls']>> = {
  disable: ['off'],
  allow: ['off', 'no-verify'],
  prefer: ['no-verify', 'off'],
  require: ['verify'],
  'verify-ca': ['verify'],
  'verify-full': ['verify'],
  'no-verify': ['no-verify'],
};

/** What these say is either ours to decide, or without meaning to us. */
const IGNORED = new Set([
  'application_name',
  'channel_binding',
  'connect_timeout',
  'connection_limit',
  'fallback_application_name',
  'pool_timeout',
  'schema',
]);

const EXAMPLE = 'postgres://user:<password>@127.0.0.1:5432/database';

/** Reads a connection URL. Throws `StoreUnavailable` with everything that is wrong with it, and never with its password. */
export function parsePostgresUrl(text: string, allowRemote: boolean): PostgresUrl {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw unusable(['it is no URL with one host'], `Write it like ${EXAMPLE}`);
  }
  const problems: string[] = [];
  if (!['postgres:', 'postgresql:'].includes(url.protocol)) {
    problems.push(`it begins with "${url.protocol}//", not with "postgres://"`);
  }
  const decoded = (what: string, part: string): string => {
    try {
      return decodeURIComponent(part);
    } catch {
      problems.push(`its ${what} holds a "%" that is no escape (write "%25" for a percent sign)`);
      return '';
    }
  };
  const host = decoded('host', url.hostname).replace(/^\[(.*)\]$/, '$1');
  if (host === '' || host.startsWith('/') || url.searchParams.has('host')) {
    problems.push('it names no TCP host (a Unix socket has no ports, by which sessions are told apart)');
  }
  const mode = url.searchParams.get('sslmode') ?? 'disable';
  const tls = TLS_BY_MODE[mode];
  if (tls === undefined) {
    problems.push(`its sslmode is "${mode}", not one of ${Object.keys(TLS_BY_MODE).join(', ')}`);
  }
  const others = [...new Set(url.searchParams.keys())].filter(
    (name) => name !== 'sslmode' && name !== 'host' && !IGNORED.has(name),
  );
  // An unescaped mark in a password cuts the URL there: what follows may be a part of it, and is not shown.
  if (url.hash !== '' || others.some((name) => !/^[a-z_]+$/.test(name))) {
    problems.push('it holds a "#" or "?" where none belongs (in a password write "%23" and "%3F")');
  } else if (others.length > 0) {
    problems.push(
      `it sets ${others.join(', ')}, which is not supported (for a certificate authority of your own set NODE_EXTRA_CA_CERTS)`,
    );
  }
  const user = decoded('user', url.username) || os.userInfo().username;
  const password = decoded('password', url.password);
  const database = decoded('database', url.pathname.slice(1)) || user;
  if (problems.length > 0) throw unusable(problems, `Write it like ${EXAMPLE}`);
  if (!allowRemote && !isLoopback(host)) {
    throw new StoreUnavailable(
      'postgres',
      `The PostgreSQL URL leads to ${host}, which is not this machine.`,
      'If tables may be made and bursts be run there, add --allow-remote',
    );
  }
  return { host, port: Number(url.port || 5432), user, password, database, tls: tls ?? ['off'] };
}

function unusable(problems: readonly string[], remedy: string): StoreUnavailable {
  return new StoreUnavailable(
    'postgres',
    `The PostgreSQL URL cannot be used: ${problems.join('; ')}.`,
    remedy,
  );
}
