import type { addressesOf } from '../listening.js';
import { isLoopback, isUnspecified } from '../loopback.js';
import { StoreUnavailable } from '../store.js';

/** Where an API is reached. */
export interface BaseUrl {
  readonly host: string;
  readonly port: number;
  readonly encrypted: boolean;
  /** Without a slash at its end. */
  readonly path: string;
  /** For people: no user, no password, no query. */
  readonly shown: string;
}

const ALLOW_REMOTE = 'Pass --allow-remote if its data may be changed and bursts of requests be sent to it';

/** What is wrong with a base URL; none if nothing is. */
export function baseUrlProblems(text: string): readonly string[] {
  if (!URL.canParse(text)) return [`it is no URL such as http://127.0.0.1:3000, but "${text}"`];
  const { protocol, hostname, host, search, hash, username } = new URL(text);
  return [
    ...(['http:', 'https:'].includes(protocol)
      ? []
      : [`it begins with "${beginning(text, protocol)}", not with "http://" or "https://"`]),
    ...(isUnspecified(bare(hostname))
      ? [`it leads to ${host}, where a server listens and nobody connects to: write localhost`]
      : []),
    ...(search === '' && hash === '' ? [] : ['it has a query, which belongs to the path of each request']),
    ...(username === '' ? [] : ['it has a user in it: send an Authorization header instead']),
  ];
}

/** An IPv6 address without its brackets. */
export function bare(hostname: string): string {
  return hostname.replace(/^\[(.*)\]$/, '$1');
}

/** As it was written: a host and a port alone, `localhost:3000`, read as a URL whose scheme is the host. */
function beginning(text: string, protocol: string): string {
  return text.slice(protocol.length).startsWith('//') ? `${protocol}//` : protocol;
}

/** Throws `StoreUnavailable` for what is no base URL, and for a host that is not this machine unless it is allowed. */
export function parseBaseUrl(text: string, allowRemote: boolean): BaseUrl {
  const problems = baseUrlProblems(text);
  if (problems.length > 0) {
    throw new StoreUnavailable(
      'http',
      `The base URL cannot be used: ${problems.join('; ')}.`,
      'Write it as http://127.0.0.1:3000',
    );
  }
  const { protocol, hostname, port, pathname, origin } = new URL(text);
  const host = bare(hostname);
  const path = pathname.replace(/\/+$/, '');
  if (!allowRemote && !isLoopback(host)) {
    throw new StoreUnavailable('http', `The API ${origin} is not on this machine.`, ALLOW_REMOTE);
  }
  const encrypted = protocol === 'https:';
  return { host, port: Number(port || (encrypted ? 443 : 80)), encrypted, path, shown: `${origin}${path}` };
}

/**
 * Throws `StoreUnavailable` where the name has no address, or one that is elsewhere and not allowed: `shop.localhost` is this
 * machine by its name, and a hosts file or a name server may say otherwise.
 */
export function demandHere(
  { host, shown }: Pick<BaseUrl, 'host' | 'shown'>,
  addresses: Awaited<ReturnType<typeof addressesOf>>,
  allowRemote: boolean,
): void {
  if ('code' in addresses) {
    throw new StoreUnavailable(
      'http',
      `The name ${host} stands for no address (${addresses.code}), so ${shown} cannot be reached.`,
      'Correct the name, or have this machine know it',
    );
  }
  const elsewhere = addresses.filter((address) => !isLoopback(address));
  if (!allowRemote && elsewhere.length > 0) {
    throw new StoreUnavailable(
      'http',
      `The name ${host} stands for ${elsewhere.join(' and ')} here, so ${shown} is not on this machine.`,
      ALLOW_REMOTE,
    );
  }
}
