import type { Json } from '../core/json.js';

/** JSON for people: `buyer=4 cart=[productId=1 quantity=2]`, without the quotes that a plain word does not need. */
export function compactJson(value: Json | undefined): string {
  if (value === undefined || value === null) return 'nothing';
  if (typeof value !== 'object') return inner(value);
  const fields = Array.isArray(value) ? undefined : Object.entries(value as Readonly<Record<string, Json>>);
  return fields === undefined
    ? inner(value)
    : fields.map(([name, field]) => `${name}=${inner(field)}`).join(' ');
}

function inner(value: Json | undefined): string {
  if (value === undefined || value === null) return 'null';
  if (typeof value === 'string') return /^[\p{L}\p{N}_./:-]+$/u.test(value) ? value : JSON.stringify(value);
  if (typeof value !== 'object') return String(value);
  if (Array.isArray(value))
    return `[${(value as readonly Json[]).map((one) => compactJson(one)).join(', ')}]`;
  return `{${compactJson(value)}}`;
}
