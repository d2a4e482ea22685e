import type { StoreAddress } from '../../core/context.js';
import { StoreUnavailable } from '../store.js';
import { redisCode } from './errors.js';

/** Why a server that a URL names cannot be used, in words for its user: without the password. */
export function refusal(address: StoreAddress, error: unknown): StoreUnavailable {
  if (error instanceof StoreUnavailable) return error;
  const [message, remedy] = explain(address, error);
  return new StoreUnavailable('redis', message, remedy, { cause: error });
}

function explain(
  { host, port, user, database }: StoreAddress,
  error: unknown,
): readonly [message: string, remedy: string] {
  const said = error instanceof Error ? error.message : String(error);
  const at = `${host}:${port}`;
  const who = user ? `the user "${user}"` : 'the default user';
  const replied = redisCode(error);
  if (replied === 'WRONGPASS') {
    return [`Redis at ${at} refused the password of ${who}.`, 'Correct the user or the password in the URL'];
  }
  if (replied === 'NOAUTH') {
    return [
      `Redis at ${at} asks for a password, and the URL has none.`,
      'Write it into the URL: redis://:<password>@host',
    ];
  }
  if (replied === 'NOPERM') {
    return [
      `On Redis at ${at}, ${who} lacks a right: ${said}.`,
      'Give it by ACL SETUSER: ~race-check:* +@all -@dangerous +client +info +scan',
    ];
  }
  if (/without any password configured|no password is set/i.test(said)) {
    return [
      `Redis at ${at} wants no password, and the URL has one.`,
      'Leave the password out of the URL, or see that it is the right server',
    ];
  }
  if (/DB index|invalid DB/i.test(said)) {
    return [`Redis at ${at} has no database ${database}.`, 'Correct the number in the URL'];
  }
  if (replied === 'LOADING') {
    return [`Redis at ${at} is still loading its data.`, 'Wait until it has, and try again'];
  }
  if (/max number of clients/i.test(said)) {
    return [
      `Redis at ${at} has no connection left.`,
      'End other programs that use it, or raise its maxclients',
    ];
  }
  if (replied !== undefined) return [`Redis at ${at} refused: ${said}.`, 'See the server log'];
  const { code: errno = '' } = (error ?? {}) as { code?: string };
  if (errno === 'ENOTFOUND' || errno === 'EAI_AGAIN') {
    return [`There is no host "${host}".`, 'Correct the host in the URL'];
  }
  if (errno === 'ECONNREFUSED') {
    return [
      `Nothing listens at ${at}.`,
      'Start the server there, correct host and port in the URL, or leave the URL out for a server of this run alone',
    ];
  }
  if (/timed out/i.test(said) || ['ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH'].includes(errno)) {
    return [
      `${at} cannot be reached: no answer.`,
      'Correct host and port in the URL, and see that no firewall stands between',
    ];
  }
  if (/certificate|altnames/i.test(said) || /CERT/.test(errno)) {
    return [
      `The certificate of Redis at ${at} was not accepted: ${said}.`,
      'Set NODE_EXTRA_CA_CERTS to the authority\'s certificate, or add "?tls=no-verify"',
    ];
  }
  if (/SSL|TLS|wrong version number/i.test(said) || /SSL|TLS/.test(errno)) {
    return [
      `Redis at ${at} offers no encryption, and the URL asks for it.`,
      'Write redis:// instead of rediss://',
    ];
  }
  if (errno === 'ECONNRESET' || /connection is closed|closed|Protocol error/i.test(said)) {
    return [
      `${at} closed the connection, or said something that is not Redis.`,
      'See that a Redis server is what listens there; with TLS, write rediss://',
    ];
  }
  return [`Redis at ${at} cannot be used: ${said}.`, 'Correct the URL, or leave it out'];
}
