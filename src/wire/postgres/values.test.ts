import net from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openReaper } from '../../process/reaper.js';
import { openPostgres } from '../../stores/postgres/server.js';
import { openSession, type Session } from '../../stores/postgres/session.js';
import type { StoreServer } from '../../stores/store.js';
import { decodeBinary } from './values.js';

const reaper = openReaper();
let server: StoreServer;
let session: Session;
beforeAll(async () => {
  server = await openPostgres({
    url: undefined,
    allowRemote: false,
    runId: 'values',
    connections: 2,
    reaper,
  });
  session = await openSession((await server.namespace()).address, () => new net.Socket());
});
afterAll(async () => {
  await session?.end();
  await server?.stop();
  reaper.close();
});

describe('a binary value', () => {
  it.each([
    ['boolsend', "'f'::bool", 'f'],
    ['int2send', '(-7)::int2', '-7'],
    ['int4send', '2147483647::int4', '2147483647'],
    ['int8send', '(-9223372036854775808)::int8', '-9223372036854775808'],
    ['float4send', '1.5::float4', '1.5'],
    ['float8send', '(-0.1)::float8', '-0.1'],
    ['textsend', "'ä b'::text", 'ä b'],
    ['uuid_send', "'12345678-1234-5678-1234-567812345678'::uuid", '12345678-1234-5678-1234-567812345678'],
    ['jsonb_send', `'{"a": 1}'::jsonb`, '{"a": 1}'],
    ['date_send', "'2026-11-25'::date", '2026-11-25'],
    ['timestamptz_send', "'2026-11-25 10:11:12.000345+00'::timestamptz", '2026-11-25T10:11:12.000345Z'],
    ['numeric_send', '12345.678::numeric', '12345.678'],
    ['numeric_send', '(-0.00001)::numeric', '-0.00001'],
    ['numeric_send', '10000000000::numeric', '10000000000'],
    ['numeric_send', "'NaN'::numeric", 'NaN'],
    ['array_send', 'array[1, null, 3]', '{1,NULL,3}'],
    ['array_send', `array['a b', 'c"d', '']`, '{"a b","c\\"d",""}'],
    ['array_send', "'{}'::int8[]", '{}'],
    ['byteasend', "'\\x00ff'::bytea", '\\x00ff'],
  ])('of %s(%s) is read as the server writes it', async (send, expression, expected) => {
    const { rows } = await session.query<{ readonly bytes: Buffer; readonly type: number }>(
      `select ${send}(value) as bytes, pg_typeof(value)::oid as type from (select ${expression} as value) as one`,
    );
    const { bytes, type } = rows[0]!;
    expect(decodeBinary(type, bytes)).toBe(expected);
    for (let length = 0; length < bytes.length; length += 1) {
      expect(() => decodeBinary(type, bytes.subarray(0, length))).not.toThrow();
    }
  });
});
