import { BSON, Binary, Long } from 'mongodb';
import { describe, expect, it } from 'vitest';
import { createWireReader } from './wire-reader.js';

const OP_QUERY = 2004;
const OP_COMPRESSED = 2012;
const OP_MSG = 2013;

const SESSION = 'a1b2c3d4e5f60718293a4b5c6d7e8f90';
const lsid = { id: new Binary(Buffer.from(SESSION, 'hex'), 4) };

function message(body: Buffer | object, kind = OP_MSG): Buffer {
  const content = Buffer.isBuffer(body) ? body : Buffer.concat([Buffer.alloc(5), BSON.serialize(body)]);
  const header = Buffer.alloc(16);
  header.writeInt32LE(16 + content.length, 0);
  header.writeInt32LE(kind, 12);
  return Buffer.concat([header, content]);
}

const find = (more: object = {}) => message({ find: 'product', filter: { _id: 1 }, lsid, ...more, $db: 'd' });
const inTransaction = { txnNumber: Long.fromNumber(7), autocommit: false };
const ok = message({ ok: 1, cursor: { firstBatch: [] } });

describe('the reader of MongoDB’s wire', () => {
  it('counts requests, and neither handshake, log-in, heartbeat nor farewell', () => {
    const reader = createWireReader();
    const own = [
      message(Buffer.alloc(40), OP_QUERY),
      ...['hello', 'isMaster', 'ismaster', 'saslStart', 'saslContinue', 'endSessions'].map((name) =>
        message({ [name]: 1, $db: 'admin' }),
      ),
    ];
    for (const bytes of own) {
      expect(reader.requestsIn(bytes)).toBe(0);
      expect(reader.isAnswer(ok)).toBe(false);
    }
    for (const bytes of [find(), message({ ping: 1 }), message({ getMore: Long.ONE, collection: 'c' })]) {
      expect(reader.requestsIn(bytes)).toBe(1);
      expect(reader.isAnswer(ok)).toBe(true);
    }
    expect(reader.requestsIn(message(Buffer.alloc(30), OP_COMPRESSED))).toBe(1);
  });

  it('counts a message once, however it is cut', () => {
    const bytes = Buffer.concat([find(), find()]);
    for (let cut = 1; cut < bytes.length; cut += 1) {
      const reader = createWireReader();
      const requests = reader.requestsIn(bytes.subarray(0, cut)) + reader.requestsIn(bytes.subarray(cut));
      expect(requests).toBe(2);
    }
  });

  it('steps over every type of value on its way to the session', () => {
    const document = {
      ...{ insert: 'c', double: 1.5, text: 'lsid', document: { lsid: 1 }, array: [1, [2]] },
      ...{
        binary: new Binary(Buffer.from('lsid')),
        object: new BSON.ObjectId(),
        yes: true,
        when: new Date(0),
      },
      ...{
        nothing: null,
        pattern: /a\/b/i,
        code: new BSON.Code('f()', { x: 1 }),
        symbol: new BSON.BSONSymbol('s'),
      },
      ...{
        int: 1,
        timestamp: new BSON.Timestamp(1n),
        long: Long.MAX_VALUE,
        decimal: BSON.Decimal128.fromString('1.5'),
      },
      ...{ least: new BSON.MinKey(), most: new BSON.MaxKey(), plain: new BSON.Code('g()') },
    };
    const reader = createWireReader();
    reader.requestsIn(message({ ...document, lsid, $db: 'd' }));
    expect(reader.trace()).toEqual({ sessions: [SESSION], open: [] });
  });

  it('knows of a transaction that was begun and not ended, and of its last statement', () => {
    const reader = createWireReader();
    reader.requestsIn(find({ ...inTransaction, startTransaction: true }));
    reader.isAnswer(ok);
    reader.requestsIn(message({ update: 'orders', lsid, ...inTransaction }));
    reader.isAnswer(ok);
    expect(reader.trace()).toEqual({
      sessions: [SESSION],
      open: [{ session: SESSION, statement: 'update orders' }],
    });
  });

  it.each(['commitTransaction', 'abortTransaction'])('takes %s for its end', (name) => {
    const reader = createWireReader();
    reader.requestsIn(find({ ...inTransaction, startTransaction: true }));
    reader.isAnswer(ok);
    reader.requestsIn(message({ [name]: 1, lsid, ...inTransaction, $db: 'admin' }));
    expect(reader.trace()).toEqual({ sessions: [SESSION], open: [] });
  });

  it.each([
    ['an error', { ok: 0, code: 112, errmsg: 'WriteConflict' }],
    ['a write that was refused', { ok: 1, n: 0, writeErrors: [{ index: 0, code: 11_000 }] }],
  ])('takes %s for the end of its transaction, and of no other', (_, answer) => {
    const reader = createWireReader();
    reader.requestsIn(find({ ...inTransaction, startTransaction: true }));
    const bytes = message(answer);
    reader.isAnswer(bytes.subarray(0, 20));
    reader.isAnswer(bytes.subarray(20));
    expect(reader.trace()).toMatchObject({ open: [] });

    reader.requestsIn(find({ ...inTransaction, startTransaction: true }));
    reader.isAnswer(ok);
    reader.requestsIn(message({ insert: 'c', lsid: { id: new Binary(Buffer.alloc(16), 4) } }));
    reader.isAnswer(bytes);
    expect(reader.trace()).toMatchObject({ open: [{ session: SESSION }] });
  });

  it('does not trip over what is no MongoDB message', () => {
    const reader = createWireReader();
    expect(reader.requestsIn(Buffer.from('GET / HTTP/1.1\r\n\r\n'))).toBe(0);
    expect(createWireReader().requestsIn(Buffer.alloc(64))).toBe(0);
    expect(createWireReader().requestsIn(message(Buffer.from('0000000000ffffff', 'hex')))).toBe(1);
  });
});
