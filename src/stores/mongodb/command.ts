/** What stands at the top of a command, or of its answer. */
export interface Command {
  readonly name: string;
  /** The value of its first field where that is text: most often the collection. */
  readonly collection: string | undefined;
  /** The logical session's id, in hexadecimal digits. */
  readonly session: string | undefined;
  readonly inTransaction: boolean;
  /** Of an answer: the server did not do it, or not all of it. */
  readonly failed: boolean;
}

/** Bytes of the values whose length does not vary. Source: https://bsonspec.org/spec.html */
const FIXED_BYTES: Readonly<Record<number, number>> = {
  ...{ 0x01: 8, 0x06: 0, 0x07: 12, 0x08: 1, 0x09: 8, 0x0a: 0 },
  ...{ 0x10: 4, 0x11: 8, 0x12: 8, 0x13: 16, 0x7f: 0, 0xff: 0 },
};
const DOUBLE = 0x01;
const TEXT = 0x02;
const DOCUMENT = 0x03;
const BOOLEAN = 0x08;
const INTEGER = 0x10;
const UUID_BYTES = 16;

/** Reads the fields of the BSON document at an offset that matter here, and steps over all others; undefined if it cannot. */
export function readCommand(bytes: Buffer, offset: number): Command | undefined {
  let name: string | undefined;
  let collection: string | undefined;
  let session: string | undefined;
  let inTransaction = false;
  let failed = false;
  let at = offset + 4;
  try {
    for (let type = bytes.readUInt8(at); type !== 0; type = bytes.readUInt8(at)) {
      const nameEnd = bytes.indexOf(0, at + 1);
      const field = bytes.toString('latin1', at + 1, nameEnd);
      const value = nameEnd + 1;
      if (name === undefined) {
        name = field;
        if (type === TEXT)
          collection = bytes.toString('utf8', value + 4, value + 3 + bytes.readInt32LE(value));
      }
      if (field === 'lsid' && type === DOCUMENT) session = uuidIn(bytes, value);
      else if (field === 'autocommit' && type === BOOLEAN) inTransaction = bytes[value] === 0;
      else if (field === 'ok' && type === DOUBLE) failed ||= bytes.readDoubleLE(value) !== 1;
      else if (field === 'ok' && type === INTEGER) failed ||= bytes.readInt32LE(value) !== 1;
      else if (field === 'writeErrors') failed = true;
      at = value + lengthOf(bytes, type, value);
    }
  } catch {
    return undefined;
  }
  return name === undefined ? undefined : { name, collection, session, inTransaction, failed };
}

/** `{ id: <UUID> }`: the document's length, then type, `id`, the binary's length and its subtype. */
function uuidIn(bytes: Buffer, document: number): string {
  const uuid = document + 4 + 1 + 'id\0'.length + 4 + 1;
  return bytes.toString('hex', uuid, uuid + UUID_BYTES);
}

function lengthOf(bytes: Buffer, type: number, value: number): number {
  const fixed = FIXED_BYTES[type];
  if (fixed !== undefined) return fixed;
  switch (type) {
    case 0x02: // Text,
    case 0x0d: // code,
    case 0x0e: // and a symbol: a length before the bytes.
      return 4 + bytes.readInt32LE(value);
    case 0x03: // A document,
    case 0x04: // an array,
    case 0x0f: // and code with its scope: the length counts itself.
      return bytes.readInt32LE(value);
    case 0x05: // Binary data: a length, a subtype.
      return 4 + 1 + bytes.readInt32LE(value);
    case 0x0b: // A regular expression: two texts that end with a zero.
      return bytes.indexOf(0, bytes.indexOf(0, value) + 1) + 1 - value;
    case 0x0c: // A pointer: text, and 12 bytes.
      return 4 + bytes.readInt32LE(value) + 12;
    default:
      throw new RangeError(`no such BSON type: ${type}`);
  }
}
