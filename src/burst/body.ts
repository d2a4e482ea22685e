import type { Json } from '../core/json.js';

/** As JSON where the server says that it is, or where it looks like an object or a list; else the text. */
export function parsedBody(type = '', text: string): Json {
  if (!/\bjson\b/i.test(type) && !/^\s*[[{]/.test(text)) return text;
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}
