import { readFileSync } from 'node:fs';
import path from 'node:path';
import { bare } from '../stores/http/base-url.js';
import { isLoopback, isUnspecified } from '../stores/loopback.js';
import type { RequestTemplate } from './definition.js';

/** What requests are read with. */
export interface RequestReading {
  /** Where `@file` is looked for. */
  readonly cwd: string;
  readonly allowRemote: boolean;
  /** Go with every request. */
  readonly headers: Readonly<Record<string, string>>;
  /** Every problem, one sentence each. */
  readonly problems: string[];
}

/** A request with the server that it goes to; undefined where the text named only a path. */
export interface ReadRequest {
  readonly origin: string | undefined;
  readonly request: RequestTemplate;
}

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];
const ADDRESS = /^(?:([a-z][a-z0-9+.-]*:\/\/[^/?#]*))?([^#]*)(?:#.*)?$/i;

/** `METHOD url [body]`, as `flag` was given it. */
export function readRequestLine(
  flag: string,
  line: string,
  reading: RequestReading,
): ReadRequest | undefined {
  const [, method = '', url = '', body = ''] = /^\s*(\S*)\s*(\S*)\s*([^]*)$/.exec(line) ?? [];
  return readRequest(flag, { method, url, ...(body === '' ? {} : { body }) }, reading);
}

/** A request from its parts; `what` names it in a problem. A body that begins with `@` is a file's. */
export function readRequest(
  what: string,
  { method, url, body }: { readonly method: string; readonly url: string; readonly body?: string },
  reading: RequestReading,
): ReadRequest | undefined {
  const { problems } = reading;
  const before = problems.length;
  if (url === '' && /[/:.]/.test(method)) {
    problems.push(`expected a method and a URL for ${what}, such as POST ${method}; got the URL alone`);
    return undefined;
  }
  if (!METHODS.includes(method.toUpperCase())) {
    problems.push(`expected a method (${METHODS.join(', ')}) and a URL for ${what}, got "${method}"`);
  }
  const address = readAddress(what, url, reading);
  const text = body === undefined ? undefined : readText(`the body of ${what}`, body, reading);
  if (address === undefined || problems.length > before) return undefined;
  return {
    origin: address.origin,
    request: {
      method: method.toUpperCase(),
      path: address.path,
      headers: { ...typeOf(text, reading.headers), ...reading.headers },
      ...(text === undefined ? {} : { body: text }),
    },
  };
}

/** `Name: value` of every `--header`. */
export function readHeaders(lines: readonly string[], problems: string[]): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const [, name = '', value = ''] = /^([^:]*):\s*([^]*?)\s*$/.exec(line) ?? [];
    if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name) || /[\r\n\0]/.test(value)) {
      problems.push(`expected "Name: value" for --header, got "${line}"`);
    } else if (!/^[\t\x20-\x7e\x80-\xff]*$/.test(value)) {
      problems.push(`expected characters that a header can hold (Latin-1) for --header ${name}`);
    } else if (/^(?:host|connection|content-length|transfer-encoding)$/i.test(name)) {
      problems.push(`expected a header that is not the connection's own for --header, got "${name}"`);
    } else {
      headers[name] = value;
    }
  }
  return headers;
}

/** A text, or where it begins with `@` the file of that name. */
export function readText(
  what: string,
  text: string,
  { cwd, problems }: Pick<RequestReading, 'cwd' | 'problems'>,
) {
  if (!text.startsWith('@')) return text;
  const file = text.slice(1);
  if (file === '') {
    problems.push(`expected a file for ${what}, got its "@" alone`);
    return undefined;
  }
  try {
    // A text has templates in it; of bytes that are none others would be sent.
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(
      readFileSync(path.resolve(cwd, file)),
    );
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const reasons: Readonly<Record<string, string>> = {
      ENOENT: 'there is no such file',
      EISDIR: 'it is a folder',
      ERR_ENCODING_INVALID_ENCODED_DATA: 'it is no text in UTF-8',
    };
    problems.push(`expected a file for ${what}, got ${file}: ${reasons[code ?? ''] ?? message}`);
    return undefined;
  }
}

function readAddress(
  what: string,
  url: string,
  { allowRemote, problems }: RequestReading,
): { readonly origin: string | undefined; readonly path: string } | undefined {
  const [, server, rest = ''] = ADDRESS.exec(url) ?? [];
  if (server === undefined) {
    if (rest.startsWith('/')) return { origin: undefined, path: rest };
    problems.push(`expected a URL such as http://localhost:3000/api for ${what}, got "${url}"`);
    return undefined;
  }
  const parsed = URL.canParse(server) ? new URL(server) : undefined;
  if (parsed === undefined || !/^https?:$/.test(parsed.protocol) || server.includes('{{')) {
    problems.push(`expected a URL that begins with http://host or https://host for ${what}, got "${url}"`);
    return undefined;
  }
  if (parsed.username !== '' || parsed.password !== '') {
    problems.push(`expected a URL without a user for ${what}, got "${url}": send it with --header`);
  }
  const host = bare(parsed.hostname);
  if (isUnspecified(host)) {
    problems.push(
      `expected a server to connect to for ${what}, got ${parsed.host}, which a server prints that listens on every address: write localhost`,
    );
  } else if (!allowRemote && !isLoopback(host)) {
    problems.push(
      `expected a server on this machine for ${what}, got ${parsed.host}: where bursts may be sent there, add --allow-remote`,
    );
  }
  return { origin: parsed.origin, path: rest.startsWith('/') ? rest : `/${rest}` };
}

/** Like a body's look, where no header says otherwise. */
function typeOf(
  body: string | undefined,
  headers: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const isSaid = Object.keys(headers).some((name) => name.toLowerCase() === 'content-type');
  if (body === undefined || isSaid) return {};
  return { 'Content-Type': /^\s*[[{]/.test(body) ? 'application/json' : 'text/plain; charset=utf-8' };
}
