import { StoreUnavailable } from '../store.js';
import { sqlState } from './errors.js';
import type { PostgresUrl } from './url.js';

/** Why a server that a URL names cannot be used, in words for its user: without the password. */
export function refusal(url: PostgresUrl, error: unknown): StoreUnavailable {
  if (error instanceof StoreUnavailable) return error;
  const [message, remedy] = explain(url, error);
  return new StoreUnavailable('postgres', message, remedy, { cause: error });
}

function explain(url: PostgresUrl, error: unknown): readonly [message: string, remedy: string] {
  const said = error instanceof Error ? error.message : String(error);
  const at = `${url.host}:${url.port}`;
  switch (sqlState(error)) {
    case '28P01':
      return [
        `PostgreSQL at ${at} refused the password of the user "${url.user}".`,
        'Correct the user or the password in the URL',
      ];
    case '28000':
      return [
        `PostgreSQL at ${at} does not let the user "${url.user}" in: ${said}.`,
        'Correct the user in the URL, add "?sslmode=require" if the server wants encryption, or allow the user in pg_hba.conf',
      ];
    case '3D000':
      return [
        `PostgreSQL at ${at} has no database "${url.database}".`,
        'Correct the database in the URL, or create it',
      ];
    case '42501':
      return [
        `The user "${url.user}" lacks a right in the database "${url.database}" at ${at}: ${said}.`,
        `Run as its owner: GRANT CONNECT, CREATE ON DATABASE "${url.database}" TO "${url.user}"`,
      ];
    case '53300':
      return [
        `PostgreSQL at ${at} has no connection left: ${said}.`,
        'End other programs that use it, or raise its max_connections or the CONNECTION LIMIT',
      ];
    case '57P03':
      return [
        `PostgreSQL at ${at} takes no connections now: ${said}.`,
        'Wait until it has started, and try again',
      ];
    case undefined:
      break;
    default:
      return [`PostgreSQL at ${at} refused: ${said} (SQLSTATE ${sqlState(error)}).`, 'See the server log'];
  }
  const code = codeOf(error);
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return [`There is no host "${url.host}".`, 'Correct the host in the URL'];
  }
  if (code === 'ECONNREFUSED') {
    return [
      `Nothing listens at ${at}.`,
      'Start the server there, correct host and port in the URL, or leave the URL out for an embedded server',
    ];
  }
  if (/timeout|timed out/i.test(said) || ['ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH'].includes(code)) {
    return [
      `${at} cannot be reached: no answer.`,
      'Correct host and port in the URL, and see that no firewall stands between',
    ];
  }
  if (/client password must be/i.test(said)) {
    return [
      `PostgreSQL at ${at} asks for a password, and the URL has none.`,
      'Write it into the URL: postgres://user:<password>@host/database',
    ];
  }
  if (/does not support SSL/i.test(said)) {
    return [
      `PostgreSQL at ${at} offers no encryption, and the URL asks for it.`,
      'Turn it on at the server, or use "?sslmode=disable"',
    ];
  }
  if (/certificate|altnames/i.test(said) || /CERT|TLS|SSL/.test(code)) {
    return [
      `The certificate of PostgreSQL at ${at} was not accepted: ${said}.`,
      'Set NODE_EXTRA_CA_CERTS to the authority\'s certificate, or use "?sslmode=no-verify"',
    ];
  }
  if (code === 'ECONNRESET' || /terminated unexpectedly/i.test(said)) {
    return [
      `${at} closed the connection before it said anything.`,
      'See that a PostgreSQL server is what listens there, and its log',
    ];
  }
  return [
    `PostgreSQL at ${at} cannot be used: ${said}.`,
    'Correct the URL, or leave it out for an embedded server',
  ];
}

function codeOf(error: unknown): string {
  const { code } = (error ?? {}) as { code?: unknown };
  return typeof code === 'string' ? code : '';
}
