import { X509Certificate, createPrivateKey } from 'node:crypto';
import { expect, it } from 'vitest';
import { selfSigned } from './self-signed.js';

it('is signed with its own key, and another one each time', () => {
  const { cert, key } = selfSigned();
  const parsed = new X509Certificate(cert);
  expect(parsed.subject).toBe('CN=race-check');
  expect(parsed.verify(parsed.publicKey)).toBe(true);
  expect(parsed.checkPrivateKey(createPrivateKey(key))).toBe(true);
  expect([parsed.validFrom, parsed.validTo].map((time) => time.slice(-8))).toEqual(['1950 GMT', '2049 GMT']);
  expect(selfSigned().cert).not.toBe(cert);
});
