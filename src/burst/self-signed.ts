import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';

/** A certificate that nobody vouches for, with its key, as PEM. */
export interface SelfSigned {
  readonly cert: string;
  readonly key: string;
}

const INTEGER = 0x02;
const BIT_STRING = 0x03;
const OBJECT_ID = 0x06;
const UTF8_STRING = 0x0c;
const UTC_TIME = 0x17;
const SEQUENCE = 0x30;
const SET = 0x31;

/** From here on a length has a length. */
const LONG_FORM = 0x80;

/** ecdsa-with-SHA256, RFC 5758. */
const SIGNED_WITH = '2a8648ce3d040302';
const COMMON_NAME = '550403';
/** The years that a UTCTime can tell of: no clock is asked. */
const ALWAYS = ['500101000000Z', '491231235959Z'] as const;

/**
 * Made anew for each server, so that there is no key that could be known. Version 1 of X.509 (RFC 5280), without extensions: for
 * whoever accepts any certificate. Node makes none, and the packages that do bring twenty others.
 */
export function selfSigned(): SelfSigned {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const algorithm = der(SEQUENCE, der(OBJECT_ID, Buffer.from(SIGNED_WITH, 'hex')));
  const commonName = [
    der(OBJECT_ID, Buffer.from(COMMON_NAME, 'hex')),
    der(UTF8_STRING, Buffer.from('race-check')),
  ];
  const name = der(SEQUENCE, der(SET, der(SEQUENCE, ...commonName)));
  const toBeSigned = der(
    SEQUENCE,
    // Positive: its first bit is 0.
    der(INTEGER, Buffer.of(1), randomBytes(8)),
    algorithm,
    name,
    der(SEQUENCE, ...ALWAYS.map((time) => der(UTC_TIME, Buffer.from(time)))),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
  );
  // No bit of the last byte is unused.
  const signature = der(BIT_STRING, Buffer.of(0), sign('sha256', toBeSigned, privateKey));
  const lines =
    der(SEQUENCE, toBeSigned, algorithm, signature)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

/** Tag, length, value; the length in as few bytes as can be. Source: ITU-T X.690, 8.1.3 and 10.1. */
function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const value = Buffer.concat(parts);
  const bytes = Buffer.from(value.length.toString(16).padStart(value.length > 0xff ? 4 : 2, '0'), 'hex');
  const length =
    value.length < LONG_FORM ? bytes : Buffer.concat([Buffer.of(LONG_FORM | bytes.length), bytes]);
  return Buffer.concat([Buffer.of(tag), length, value]);
}
