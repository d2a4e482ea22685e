import { brotliDecompressSync, unzipSync } from 'node:zlib';

/** A body is read up to this size, also once it is decompressed. */
export const MOST_BODY_BYTES = 16 * 1024 * 1024;

const LIMIT = { maxOutputLength: MOST_BODY_BYTES };
const DECODERS: Readonly<Record<string, (bytes: Buffer) => Buffer>> = {
  gzip: (bytes) => unzipSync(bytes, LIMIT),
  'x-gzip': (bytes) => unzipSync(bytes, LIMIT),
  deflate: (bytes) => unzipSync(bytes, LIMIT),
  br: (bytes) => brotliDecompressSync(bytes, LIMIT),
};

/**
 * A body as text, without the codings that `Content-Encoding` names. A server may compress without being asked (RFC 9110, section
 * 12.5.3): an expectation about such a body would be broken although nothing raced. What cannot be decompressed stays as it came.
 */
export function bodyText(bytes: Buffer, contentEncoding = ''): string {
  const codings = contentEncoding
    .toLowerCase()
    .split(',')
    .map((coding) => coding.trim());
  try {
    const plain = codings.reduceRight((body, coding) => DECODERS[coding]?.(body) ?? body, bytes);
    return plain.toString('utf8');
  } catch {
    return bytes.toString('utf8');
  }
}
