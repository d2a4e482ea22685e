import type { StoreAddress } from '../../core/context.js';
import { parseServerUrl, type UrlKind } from '../server-url.js';

const REDIS: UrlKind = {
  store: 'redis',
  product: 'Redis',
  protocols: ['redis:', 'rediss:'],
  defaultPort: 6379,
  known: ['tls'],
  ignored: ['protocol'],
  example:
    'redis://user:<password>@127.0.0.1:6379/0 (rediss:// for TLS, with ?tls=no-verify for an unchecked certificate)',
};

/** The address that a Redis URL names, still without a namespace. Throws `StoreUnavailable`. */
export function parseRedisUrl(text: string, allowRemote: boolean): StoreAddress {
  const url = parseServerUrl(REDIS, text, allowRemote, ({ path, parameters, protocol }) => [
    ...(/^\d*$/.test(path) ? [] : [`its database is "${path}", not a number`]),
    ...([null, 'verify', 'no-verify'].includes(parameters.get('tls'))
      ? []
      : [`its tls is "${parameters.get('tls')}", not verify or no-verify`]),
    ...(parameters.has('tls') && protocol === 'redis:'
      ? ['it sets tls, and does not begin with "rediss://"']
      : []),
  ]);
  const { protocol, host, port, user, password, path, parameters } = url;
  const checked = parameters.get('tls') === 'no-verify' ? 'no-verify' : 'verify';
  return {
    ...{ store: 'redis', host, port, user, password, namespace: '' },
    database: path === '' ? '0' : path,
    tls: protocol === 'rediss:' ? checked : 'off',
  };
}
