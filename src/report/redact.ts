import { withoutCommandSecrets } from '../core/command-secrets.js';

const URL_WITH_REST = /\b([a-z][a-z0-9+.-]{0,30}:\/\/)(\S+)/gi;
const PASSWORD_FIELD = /((?:password|passwd|pwd)=)('[^']*'|"[^"]*"|[^\s&;,"'`]+)/gi;
const WEB = /^(?:https?|wss?):\/\/$/i;

/** Names of fields and headers whose value is a secret: `token`, `access_token`, `X-Api-Key`, `Set-Cookie`. */
const SECRET_NAME = String.raw`(?:[\w-]*(?:token|secret|passwd|password|api[_-]?key)|(?:proxy-)?authorization|(?:set-)?cookie)`;
const SECRET_FIELD = new RegExp(`^${SECRET_NAME}$`, 'i');
/** A header as it is written, to the end of its line or of the text around it. */
const SECRET_HEADER =
  /(\b(?:(?:proxy-)?authorization|(?:set-)?cookie|x-[\w-]*(?:token|key|secret|auth)[\w-]*|api-?key)["']?\s*:\s*["']?)([^\r\n"']+)/gi;
/**
 * In JSON, also within a text of JSON and where the text was cut off, in a query, in a form. A name in front of a mere colon is
 * a word in a sentence.
 */
const SECRET_VALUE = new RegExp(
  String.raw`(\b${SECRET_NAME}(?:\\*["']\s*:\s*|=))(\\*"[^"]*(?:"|$)|\\*'[^']*(?:'|$)|(?:\{\{[^{}]*\}\}|[^\s&;,"'}\]])+)`,
  'gi',
);
const BEARER = /\b(Bearer\s+)([\w.~+/=-]+)/g;
const JSON_WEB_TOKEN = /\beyJ[\w-]+\.[\w-]+\.[\w-]*/g;
/** Without one of these no pattern above can match. */
const SUSPICIOUS = /[:=]|Bearer|eyJ|--/;
/** Where an example of a URL has its password. No URL can have this one. */
const PLACEHOLDER = '<password>';
/** Filled in later, and no secret itself. */
const TEMPLATE = /^(?:\w+\s+|[\w.-]+=)?\{\{[^{}]*\}\}(?:;\s*[\w.-]+=\{\{[^{}]*\}\})*$/;

/**
 * Puts `***` in the place of every password in a URL (`scheme://user:password@host`) or a `password=` field, and of every
 * token: in an `Authorization` header and its like, in a field or a query with such a name, behind `Bearer` or a flag of a
 * command line, or a JSON Web Token anywhere. Takes too much rather than too little: a password may itself hold `@`, `/`, `?` or `#`, as no valid URL
 * does, so everything up to the last `@` goes.
 */
export function redact(text: string): string {
  const left = withoutKnown(text);
  if (!SUSPICIOUS.test(left)) return left;
  return withoutCommandSecrets(left)
    .replace(URL_WITH_REST, (whole, scheme: string, rest: string) => redactRest(scheme, rest) ?? whole)
    .replace(PASSWORD_FIELD, '$1***')
    .replace(SECRET_HEADER, hidden)
    .replace(SECRET_VALUE, hidden)
    .replace(BEARER, hidden)
    .replace(JSON_WEB_TOKEN, '***');
}

/** Shorter ones stand in every text by chance. */
const LEAST_CHARACTERS = 4;
const known = new Set<string>();
let knownPattern: RegExp | undefined;

/**
 * From now on, and until it is called, these values go wherever they stand: an API may give back a token in a field of any name,
 * or a part of what it was sent, cut off. Of this process, as what it prints is. Values of less than four characters are left.
 */
export function keepSecret(values: readonly string[]): () => void {
  const added = values.filter((value) => value.length >= LEAST_CHARACTERS && !known.has(value));
  const change = (apply: (value: string) => unknown) => {
    added.forEach(apply);
    // The longest first: one may begin with another.
    const all = [...known].sort((a, b) => b.length - a.length).map(escaped);
    knownPattern = all.length === 0 ? undefined : new RegExp(all.join('|'), 'g');
  };
  change((value) => known.add(value));
  return () => change((value) => known.delete(value));
}

function withoutKnown(text: string): string {
  return knownPattern === undefined ? text : text.replace(knownPattern, '***');
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

function hidden(whole: string, name: string, value: string): string {
  const [quote = ''] = /^\\*["']/.exec(value) ?? [];
  const isClosed = quote !== '' && value.length > quote.length && value.endsWith(quote);
  const bare = value.slice(quote.length, isClosed ? -quote.length : undefined);
  return TEMPLATE.test(bare.trim()) ? whole : `${name}${quote}***${isClosed ? quote : ''}`;
}

function redactRest(scheme: string, rest: string): string | undefined {
  const at = rest.lastIndexOf('@');
  const colon = rest.indexOf(':');
  if (rest.slice(colon + 1, at) === PLACEHOLDER) return undefined;
  if (at === -1 || colon === -1 || colon > at) return undefined;
  // An `@` far behind the host of a web page (`http://localhost:3000/users/@me`) follows no password.
  const authority = /^[^/?#]*/.exec(rest)?.[0] ?? '';
  if (WEB.test(scheme) && !authority.includes('@') && /^[^:]*(?::\d*)?$/.test(authority)) return undefined;
  return `${scheme}${rest.slice(0, colon)}:***${rest.slice(at)}`;
}

/** The same value with every string in it, keys included, redacted; a text in a field with the name of a secret goes whole. */
export function redactDeep<T>(value: T): T {
  return mapFields(value, redact, (name, text) => (SECRET_FIELD.test(name) ? '***' : redact(text)));
}

/** The same plain JSON with every string in it, keys included, replaced. */
export function mapStrings<T>(value: T, replace: (text: string) => string): T {
  return mapFields(value, replace, (_name, text) => replace(text));
}

function mapFields<T>(
  value: T,
  replace: (text: string) => string,
  replaceField: (name: string, text: string) => string,
): T {
  // Rows of a kind have the same keys.
  const keys = new Map<string, string>();
  const keyOf = (key: string) => {
    const replaced = keys.get(key) ?? replace(key);
    keys.set(key, replaced);
    return replaced;
  };
  const map = (part: unknown): unknown => {
    if (typeof part === 'string') return replace(part);
    if (Array.isArray(part)) return part.map(map);
    if (typeof part !== 'object' || part === null) return part;
    return Object.fromEntries(
      Object.entries(part).map(([key, field]) => [
        keyOf(key),
        typeof field === 'string' ? replaceField(key, field) : map(field),
      ]),
    );
  };
  return map(value) as T;
}
