import type { Json } from '../core/json.js';

/**
 * As JSON where the server says that it is, or where it looks like an object or a list; else the text. An integer that no number
 * here can hold (beyond 2^53 - 1 on either side) becomes a text of its digits. Smallest counterexample: the ids 9007199254740992
 * and 9007199254740993 are one number, so a server that gave everybody an id of its own would have given one twice.
 */
export function parsedBody(type = '', text: string): Json {
  if (!/\bjson\b/i.test(type) && !/^\s*[[{]/.test(text)) return text;
  try {
    const parsed = JSON.parse(text) as Json;
    return LONG_DIGITS.test(text) ? (JSON.parse(withTextsForLongIntegers(text)) as Json) : parsed;
  } catch {
    return text;
  }
}

/** Whoever has fewer digits is held by a number. */
const LONG_DIGITS = /\d{16}/;
/** In valid JSON a number stands outside of a text, and the texts are found first. */
const TEXT_OR_NUMBER = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
const INTEGER = /^-?\d+$/;

function withTextsForLongIntegers(json: string): string {
  return json.replace(TEXT_OR_NUMBER, (token) =>
    INTEGER.test(token) && !Number.isSafeInteger(Number(token)) ? `"${token}"` : token,
  );
}
