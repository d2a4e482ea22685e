import type { StoreAddress } from '../core/context.js';

/**
 * The URL of a store for any driver that reads one. PostgreSQL's names the schema as the search path, MongoDB's the
 * database; a key prefix can stand in no Redis URL. Throws where a store has none.
 */
export function storeUrl(address: StoreAddress): string {
  const { store, namespace, database = '' } = address;
  switch (store) {
    case 'postgres': {
      const options = [
        `options=${encodeURIComponent(`-c search_path=${namespace}`)}`,
        ...postgresTls(address),
      ];
      return `postgres://${authority(address)}/${encodeURIComponent(database)}?${options.join('&')}`;
    }
    case 'mongodb': {
      // One server is spoken to, and what it was asked is not asked again behind the API's back.
      const options = ['directConnection=true', 'retryWrites=false', ...mongodbOptions(address)];
      return `mongodb://${authority(address)}/${encodeURIComponent(namespace)}?${options.join('&')}`;
    }
    case 'redis': {
      const scheme = isEncrypted(address) ? 'rediss' : 'redis';
      return `${scheme}://${authority(address)}/${encodeURIComponent(database)}`;
    }
    default:
      throw new Error(`The store ${store} has no URL.`);
  }
}

function authority({ host, port, user = '', password = '' }: StoreAddress): string {
  const secret = password === '' ? '' : `:${encodeURIComponent(password)}`;
  const name = user === '' && secret === '' ? '' : `${encodeURIComponent(user)}${secret}@`;
  return `${name}${host.includes(':') ? `[${host}]` : host}:${port}`;
}

function isEncrypted({ tls }: StoreAddress): boolean {
  return tls !== undefined && tls !== 'off';
}

function postgresTls({ tls }: StoreAddress): readonly string[] {
  if (tls === 'verify') return ['sslmode=verify-full'];
  return tls === 'no-verify' ? ['sslmode=require'] : [];
}

function mongodbOptions({ tls, user = '', database = '' }: StoreAddress): readonly string[] {
  return [
    ...(user === '' ? [] : [`authSource=${encodeURIComponent(database)}`]),
    ...(tls === 'verify' || tls === 'no-verify' ? ['tls=true'] : []),
    ...(tls === 'no-verify' ? ['tlsAllowInvalidCertificates=true'] : []),
  ];
}
