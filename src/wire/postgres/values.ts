import { Fields } from './fields.js';
import { ELEMENT_OF, OID } from './types.js';

/** Between 1970 and 2000, from which the server counts. */
const EPOCH_MS = 946_684_800_000;
const DAY_MS = 86_400_000;
const LONGEST_ARRAY = 10_000;

/**
 * A value in the form that the server would give it as text; undefined where the type is not known, or the bytes do not fit
 * it. Times are written in UTC.
 */
export function decodeBinary(type: number, bytes: Buffer): string | undefined {
  const element = ELEMENT_OF.get(type);
  if (element !== undefined) return decodeArray(bytes);
  switch (type) {
    case OID.bool:
      return bytes.length === 1 ? (bytes[0] === 0 ? 'f' : 't') : undefined;
    case OID.int2:
      return bytes.length === 2 ? String(bytes.readInt16BE(0)) : undefined;
    case OID.int4:
      return bytes.length === 4 ? String(bytes.readInt32BE(0)) : undefined;
    case OID.oid:
      return bytes.length === 4 ? String(bytes.readUInt32BE(0)) : undefined;
    case OID.int8:
      return bytes.length === 8 ? String(bytes.readBigInt64BE(0)) : undefined;
    case OID.float4:
      return bytes.length === 4 ? String(Number(bytes.readFloatBE(0).toPrecision(7))) : undefined;
    case OID.float8:
      return bytes.length === 8 ? String(bytes.readDoubleBE(0)) : undefined;
    case OID.text:
    case OID.varchar:
    case OID.bpchar:
    case OID.name:
    case OID.char:
    case OID.json:
    case OID.unknown:
      return bytes.toString('utf8');
    case OID.jsonb:
      return bytes[0] === 1 ? bytes.toString('utf8', 1) : undefined;
    case OID.bytea:
      return hex(bytes);
    case OID.void:
      return '';
    case OID.uuid:
      return bytes.length === 16 ? uuid(bytes.toString('hex')) : undefined;
    case OID.date:
      return bytes.length === 4 ? isoTime(bytes.readInt32BE(0) * DAY_MS)?.slice(0, 10) : undefined;
    case OID.timestamp:
    case OID.timestamptz:
      return bytes.length === 8 ? decodeTime(bytes.readBigInt64BE(0)) : undefined;
    case OID.numeric:
      return decodeNumeric(bytes);
    default:
      return undefined;
  }
}

/** As PostgreSQL writes bytes: nothing is lost, whatever they mean. */
export function hex(bytes: Buffer): string {
  return `\\x${bytes.toString('hex')}`;
}

function uuid(digits: string): string {
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

function isoTime(sinceEpochMs: number): string | undefined {
  const time = new Date(EPOCH_MS + sinceEpochMs);
  return Number.isNaN(time.getTime()) ? undefined : time.toISOString();
}

function decodeTime(micros: bigint): string | undefined {
  const whole = isoTime(Number(micros / 1000n));
  const rest = micros % 1000n;
  return whole === undefined || rest <= 0n ? whole : whole.replace('Z', `${String(rest).padStart(3, '0')}Z`);
}

const NUMERIC_NEGATIVE = 0x4000;
const NUMERIC_SPECIAL: Readonly<Record<number, string>> = {
  0xc000: 'NaN',
  0xd000: 'Infinity',
  0xf000: '-Infinity',
};

/** Groups of four decimal digits, the first of them with a weight. */
function decodeNumeric(bytes: Buffer): string | undefined {
  if (bytes.length < 8) return undefined;
  const count = bytes.readUInt16BE(0);
  const weight = bytes.readInt16BE(2);
  const sign = bytes.readUInt16BE(4);
  const scale = bytes.readUInt16BE(6);
  const special = NUMERIC_SPECIAL[sign];
  if (special !== undefined) return special;
  if (bytes.length !== 8 + count * 2) return undefined;
  const group = (index: number) => (index >= 0 && index < count ? bytes.readUInt16BE(8 + index * 2) : 0);
  let whole = '';
  for (let index = 0; index <= weight; index += 1) whole += String(group(index)).padStart(4, '0');
  let fraction = '';
  for (let index = weight + 1; fraction.length < scale; index += 1) {
    fraction += String(group(index)).padStart(4, '0');
  }
  const digits = `${whole.replace(/^0+(?=.)/, '') || '0'}${scale > 0 ? `.${fraction.slice(0, scale)}` : ''}`;
  return sign === NUMERIC_NEGATIVE ? `-${digits}` : digits;
}

/** Of one dimension; more of them are rare, and left undecoded. */
function decodeArray(bytes: Buffer): string | undefined {
  const fields = new Fields(bytes);
  const dimensions = fields.int32();
  fields.int32();
  const element = fields.oid();
  if (dimensions === 0) return '{}';
  const count = fields.int32();
  fields.int32();
  if (dimensions !== 1 || element === undefined || count === undefined) return undefined;
  if (count < 0 || count > LONGEST_ARRAY) return undefined;
  const items: string[] = [];
  for (let index = 0; index < count; index += 1) {
    const value = fields.value();
    const text = value === null ? 'NULL' : value && decodeBinary(element, value);
    if (text === undefined) return undefined;
    items.push(value === null ? text : quoteElement(text));
  }
  return `{${items.join(',')}}`;
}

function quoteElement(text: string): string {
  const needsQuotes = text === '' || /[\s"\\{},]/.test(text) || text.toLowerCase() === 'null';
  return needsQuotes ? `"${text.replace(/["\\]/g, '\\$&')}"` : text;
}
