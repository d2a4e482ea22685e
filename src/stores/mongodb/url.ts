import type { StoreAddress } from '../../core/context.js';
import { parseServerUrl, type ServerUrl, type UrlKind } from '../server-url.js';

const MONGODB: UrlKind = {
  store: 'mongodb',
  product: 'MongoDB',
  protocols: ['mongodb:'],
  defaultPort: 27_017,
  known: ['tls', 'ssl', 'tlsInsecure', 'tlsAllowInvalidCertificates', 'authSource', 'authMechanism'],
  // One server is spoken to, by its address, and nothing is retried.
  ignored: [
    ...['directConnection', 'replicaSet', 'retryWrites', 'retryReads', 'appName', 'maxPoolSize'],
    ...['minPoolSize', 'serverSelectionTimeoutMS', 'connectTimeoutMS', 'heartbeatFrequencyMS'],
  ],
  example:
    'mongodb://user:<password>@127.0.0.1:27017/?authSource=admin&tls=true (one host: of a replica set its primary)',
};

const YES_OR_NO = [null, 'true', 'false'];
const MECHANISMS = [null, 'DEFAULT', 'SCRAM-SHA-1', 'SCRAM-SHA-256'];

/**
 * The address that a MongoDB URL names, still without a namespace; its `database` is the one that keeps the user.
 * Throws `StoreUnavailable`.
 */
export function parseMongodbUrl(text: string, allowRemote: boolean): StoreAddress {
  const url = parseServerUrl(MONGODB, text, allowRemote, problemsOf);
  const { host, port, user, password, path, parameters } = url;
  const isOn = (name: string) => parameters.get(name) === 'true';
  const unchecked = isOn('tlsInsecure') || isOn('tlsAllowInvalidCertificates');
  const encrypted = isOn('tls') || isOn('ssl');
  return {
    ...{ store: 'mongodb', host, port, user, password, namespace: '' },
    database: parameters.get('authSource') ?? (path || 'admin'),
    tls: encrypted ? (unchecked ? 'no-verify' : 'verify') : 'off',
  };
}

function problemsOf({ parameters, user, password }: ServerUrl): readonly string[] {
  const notYesOrNo = ['tls', 'ssl', 'tlsInsecure', 'tlsAllowInvalidCertificates'].filter(
    (name) => !YES_OR_NO.includes(parameters.get(name)),
  );
  const mechanism = parameters.get('authMechanism');
  return [
    ...notYesOrNo.map((name) => `its ${name} is "${parameters.get(name)}", not true or false`),
    ...(MECHANISMS.includes(mechanism) ? [] : [`its authMechanism is "${mechanism}", not SCRAM`]),
    ...(user === '' && password !== '' ? ['it has a password and no user'] : []),
  ];
}
