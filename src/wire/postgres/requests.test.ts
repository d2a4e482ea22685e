import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FrameReader, LONGEST_MESSAGE, NotTheProtocol } from './frames.js';
import {
  anyCuts,
  anyMessage,
  bind,
  execute,
  inPieces,
  message,
  parse,
  query,
  sync,
} from './messages.fixture.js';
import { RequestReader } from './requests.js';

/** Everything that comes of these pieces: each request as the kinds of its messages, its end and its bytes. */
function requestsOf(pieces: readonly Buffer[], copyIn: 'no' | 'simple' | 'extended' = 'no') {
  const frames = new FrameReader();
  const reader = new RequestReader({ copyIn });
  const found: { readonly kinds: string[]; readonly ends: string; readonly bytes: string }[] = [];
  for (const piece of pieces) {
    frames.add(Buffer.from(piece));
    for (let next = frames.next(); next !== undefined; next = frames.next()) {
      const request = reader.add(next);
      if (request === undefined) continue;
      const { messages, ends, bytes } = request;
      found.push({
        kinds: messages.map(({ kind }) => kind),
        ends,
        bytes: Buffer.concat(bytes).toString('hex'),
      });
    }
  }
  return found;
}

const stream = fc.array(anyMessage, { maxLength: 20 }).map((messages) => Buffer.concat(messages));

describe('the requests in a stream of bytes', () => {
  it('are the same however the bytes were split or merged', () => {
    fc.assert(
      fc.property(stream, anyCuts, fc.constantFrom('no', 'simple', 'extended'), (bytes, cuts, copyIn) => {
        expect(requestsOf(inPieces(bytes, cuts), copyIn)).toEqual(requestsOf([bytes], copyIn));
      }),
    );
  });

  it('are the first ones where the stream breaks off, and nothing else', () => {
    fc.assert(
      fc.property(stream, fc.nat(), (bytes, length) => {
        const whole = requestsOf([bytes]);
        const some = requestsOf([bytes.subarray(0, length % (bytes.length + 1))]);
        expect(some).toEqual(whole.slice(0, some.length));
      }),
    );
  });

  it('lose no byte', () => {
    fc.assert(
      fc.property(stream, (bytes) => {
        const sent = Buffer.concat([bytes, sync]);
        expect(
          requestsOf([sent])
            .map((request) => request.bytes)
            .join(''),
        ).toBe(sent.toString('hex'));
      }),
    );
  });

  it('end with a Query, a Sync or a Flush', () => {
    const prepared = [parse('a', 'select $1'), bind('', 'a', ['1']), execute(), sync];
    expect(requestsOf([query('select 1'), ...prepared]).map(({ kinds }) => kinds.join(' '))).toEqual([
      'query',
      'parse bind execute sync',
    ]);
  });

  it('bytes at random neither throw anything but a complaint nor allocate what a length promises', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 64 }), { maxLength: 20 }), (pieces) => {
        try {
          requestsOf(pieces.map((piece) => Buffer.from(piece)));
        } catch (error) {
          expect(error).toBeInstanceOf(NotTheProtocol);
        }
      }),
    );
  });

  it.each([-1, 0, 3, LONGEST_MESSAGE + 1, 0x7fffffff])(
    'has no message that says it is %i bytes long',
    (length) => {
      const frames = new FrameReader();
      const head = message('Q');
      head.writeInt32BE(length, 1);
      frames.add(head);
      expect(() => frames.next()).toThrow(NotTheProtocol);
    },
  );

  it.each([-1, 0, 7, 10_001])('has no start-up packet that says it is %i bytes long', (length) => {
    const frames = new FrameReader();
    const head = Buffer.alloc(8);
    head.writeInt32BE(length, 0);
    frames.add(head);
    expect(() => frames.nextStartup()).toThrow(NotTheProtocol);
  });
});
