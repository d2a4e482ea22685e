import type { StoreAddress } from '../../core/context.js';
import { StoreUnavailable } from '../store.js';
import { mongoCode } from './errors.js';

/** Why a server that a URL names cannot be used, in words for its user: without the password. */
export function refusal(address: StoreAddress, error: unknown): StoreUnavailable {
  if (error instanceof StoreUnavailable) return error;
  const [message, remedy] = explain(address, error);
  return new StoreUnavailable('mongodb', message, remedy, { cause: error });
}

function explain(
  { host, port, user, database }: StoreAddress,
  error: unknown,
): readonly [message: string, remedy: string] {
  const said = error instanceof Error ? error.message : String(error);
  const at = `${host}:${port}`;
  switch (mongoCode(error)) {
    case 18:
      return [
        `MongoDB at ${at} refused the user "${user}" or its password (it looked in the database "${database}").`,
        'Correct the user or the password in the URL, or name the database that keeps the user: ?authSource=admin',
      ];
    case 13:
      return user
        ? [
            `The user "${user}" lacks a right on MongoDB at ${at}: ${said}.`,
            'Grant it readWriteAnyDatabase, dbAdminAnyDatabase and clusterMonitor on the database "admin"',
          ]
        : [
            `MongoDB at ${at} asks for a user, and the URL has none.`,
            'Write it into the URL: mongodb://user:<password>@host/?authSource=admin',
          ];
    case undefined:
      break;
    default:
      return [`MongoDB at ${at} refused: ${said} (code ${mongoCode(error)}).`, 'See the server log'];
  }
  const code = codeOf(error);
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return [`There is no host "${host}".`, 'Correct the host in the URL'];
  }
  if (code === 'ECONNREFUSED') {
    return [
      `Nothing listens at ${at}.`,
      'Start the server there, correct host and port in the URL, or leave the URL out for a server of this run alone',
    ];
  }
  if (/certificate|altnames/i.test(said) || /CERT/.test(code)) {
    return [
      `The certificate of MongoDB at ${at} was not accepted: ${said}.`,
      'Set NODE_EXTRA_CA_CERTS to the authority\'s certificate, or add "tlsAllowInvalidCertificates=true"',
    ];
  }
  if (/SSL|TLS|wrong version number/i.test(said)) {
    return [
      `MongoDB at ${at} offers no encryption, and the URL asks for it.`,
      'Leave "tls=true" out of the URL',
    ];
  }
  if (/wire version/i.test(said)) {
    return [`MongoDB at ${at} is too old for the driver: ${said}.`, 'Use MongoDB 4.4 or newer'];
  }
  if (code === 'ECONNRESET' || /connection .*closed|closed/i.test(said)) {
    return [
      `${at} closed the connection before it said anything.`,
      'See that a MongoDB server is what listens there; if it wants encryption, add "tls=true"',
    ];
  }
  if (/timed out|timeout/i.test(said) || ['ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH'].includes(code)) {
    return [
      `${at} cannot be reached: no answer.`,
      'Correct host and port in the URL, and see that a MongoDB server listens there and no firewall stands between',
    ];
  }
  return [`MongoDB at ${at} cannot be used: ${said}.`, 'Correct the URL, or leave it out'];
}

/** The driver wraps what the socket said. */
function codeOf(error: unknown): string {
  for (let current = error, depth = 0; current instanceof Error && depth < 5; depth += 1) {
    const { code } = current as { code?: unknown };
    if (typeof code === 'string') return code;
    current = current.cause;
  }
  return '';
}
