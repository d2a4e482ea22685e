import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { bodyText, MOST_BODY_BYTES } from './body-text.js';

const TEXT = '{"won":"größer"}';
const PLAIN = Buffer.from(TEXT);

describe('the text of a body', () => {
  it.each([
    ['nothing', undefined, PLAIN],
    ['identity', 'identity', PLAIN],
    ['gzip', 'gzip', gzipSync(PLAIN)],
    ['gzip in capitals, of an old server', 'X-GZIP', gzipSync(PLAIN)],
    ['deflate', 'deflate', deflateSync(PLAIN)],
    ['brotli', 'br', brotliCompressSync(PLAIN)],
    ['two codings, the last of which was applied last', 'gzip, br', brotliCompressSync(gzipSync(PLAIN))],
  ])('is what was compressed with %s', (_what, encoding, bytes) => {
    expect(bodyText(bytes, encoding)).toBe(TEXT);
  });

  it('stays as it came where it cannot be decompressed, or would fill the memory', () => {
    expect(bodyText(PLAIN, 'gzip')).toBe(TEXT);
    expect(bodyText(PLAIN, 'zstd')).toBe(TEXT);
    const bomb = gzipSync(Buffer.alloc(MOST_BODY_BYTES + 1));
    expect(bodyText(bomb, 'gzip')).toBe(bomb.toString('utf8'));
  });
});
