import fc from 'fast-check';

/** Builds messages as a driver would. */
export function message(type: string, ...parts: readonly (Buffer | string | number)[]): Buffer {
  const body = Buffer.concat(
    parts.map((part) => {
      if (typeof part === 'string') return Buffer.from(`${part}\0`);
      if (Buffer.isBuffer(part)) return part;
      const number = Buffer.alloc(4);
      number.writeInt32BE(part);
      return number;
    }),
  );
  const head = Buffer.alloc(5);
  head.write(type, 'latin1');
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}

export function int16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeInt16BE(value);
  return bytes;
}

export const query = (sql: string) => message('Q', sql);
export const parse = (name: string, sql: string) => message('P', name, sql, int16(0));
export const bind = (portal: string, statement: string, values: readonly (string | null)[] = []) =>
  message(
    'B',
    portal,
    statement,
    int16(0),
    int16(values.length),
    ...values.flatMap((value) => (value === null ? [-1] : [Buffer.byteLength(value), Buffer.from(value)])),
    int16(0),
  );
export const describeStatement = (name: string) => message('D', Buffer.from('S'), name);
export const execute = (portal = '') => message('E', portal, 0);
export const close = (name: string) => message('C', Buffer.from('S'), name);
export const sync = message('S');
export const flush = message('H');

/** A name, a statement, a text: nothing with a zero byte. */
const word = fc.string({ maxLength: 12, unit: 'grapheme' }).filter((text) => !text.includes('\0'));

/** Any message that a client may send once it is logged in. */
export const anyMessage = fc.oneof(
  word.map(query),
  fc.tuple(word, word).map(([name, sql]) => parse(name, sql)),
  fc.tuple(word, word, fc.array(fc.option(word))).map(([portal, name, values]) => bind(portal, name, values)),
  word.map(describeStatement),
  word.map(execute),
  word.map(close),
  fc.constantFrom(sync, flush),
  fc.uint8Array({ maxLength: 20 }).map((bytes) => message('d', Buffer.from(bytes))),
  fc.constantFrom(message('c'), message('f', 'no')),
);

/** The same bytes in pieces of any sizes. */
export function inPieces(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  return [...places, bytes.length].map((end, index) => bytes.subarray(places[index - 1] ?? 0, end));
}

export const anyCuts = fc.array(fc.nat(), { maxLength: 30 });
