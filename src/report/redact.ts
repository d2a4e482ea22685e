const URL_WITH_REST = /\b([a-z][a-z0-9+.-]{0,30}:\/\/)(\S+)/gi;
const PASSWORD_FIELD = /((?:password|passwd|pwd)=)('[^']*'|"[^"]*"|[^\s&;,"'`]+)/gi;
const WEB = /^(?:https?|wss?):\/\/$/i;

/**
 * Puts `***` in the place of every password in a URL (`scheme://user:password@host`) or a `password=` field.
 * Takes too much rather than too little: a password may itself hold `@`, `/`, `?` or `#`, as no valid URL does, so
 * everything up to the last `@` goes.
 */
export function redact(text: string): string {
  return text
    .replace(URL_WITH_REST, (whole, scheme: string, rest: string) => redactRest(scheme, rest) ?? whole)
    .replace(PASSWORD_FIELD, '$1***');
}

function redactRest(scheme: string, rest: string): string | undefined {
  const at = rest.lastIndexOf('@');
  const colon = rest.indexOf(':');
  if (at === -1 || colon === -1 || colon > at) return undefined;
  // An `@` far behind the host of a web page (`http://localhost:3000/users/@me`) follows no password.
  const authority = /^[^/?#]*/.exec(rest)?.[0] ?? '';
  if (WEB.test(scheme) && !authority.includes('@') && /^[^:]*(?::\d*)?$/.test(authority)) return undefined;
  return `${scheme}${rest.slice(0, colon)}:***${rest.slice(at)}`;
}

/** The same value with every string in it, keys included, redacted. */
export function redactDeep<T>(value: T): T {
  return mapStrings(value, redact);
}

/** The same plain JSON with every string in it, keys included, replaced. */
export function mapStrings<T>(value: T, replace: (text: string) => string): T {
  const map = (part: unknown): unknown => {
    if (typeof part === 'string') return replace(part);
    if (Array.isArray(part)) return part.map(map);
    if (typeof part !== 'object' || part === null) return part;
    return Object.fromEntries(Object.entries(part).map(([key, field]) => [replace(key), map(field)]));
  };
  return map(value) as T;
}
