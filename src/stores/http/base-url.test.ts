import { describe, expect, it } from 'vitest';
import { baseUrlProblems, demandHere, parseBaseUrl } from './base-url.js';

it.each([
  ['http://127.1:3000', '127.0.0.1'],
  ['http://2130706433:3000/', '127.0.0.1'],
  ['http://0x7f.1:3000', '127.0.0.1'],
  ['http://[::1]:3000', '::1'],
  ['http://[::ffff:127.0.0.1]:3000', '::ffff:7f00:1'],
  ['http://LOCALHOST:3000', 'localhost'],
])('takes %s for this machine', (text, host) => {
  expect(parseBaseUrl(text, false)).toMatchObject({ host, port: 3000 });
});

it.each([
  'http://192.0.2.2',
  'http://3221225986',
  'http://[fd00::2]:3000',
  'http://[::ffff:192.0.2.2]',
  'http://vm:3000',
])('takes %s for another machine', (text) => {
  expect(() => parseBaseUrl(text, false)).toThrow('is not on this machine');
  expect(() => parseBaseUrl(text, true)).not.toThrow();
});

it.each(['http://0.0.0.0:3000', 'http://0:3000', 'http://[::]:3000', 'http://[::ffff:0.0.0.0]:3000'])(
  'takes %s for no place to connect to, whatever is allowed',
  (text) => {
    expect(baseUrlProblems(text)).toEqual([expect.stringContaining('write localhost')]);
  },
);

describe('a name of this machine', () => {
  const url = { host: 'shop.localhost', shown: 'http://shop.localhost:3000' };

  it('is another one where it stands for an address elsewhere, among others', () => {
    const addresses = ['127.0.0.1', '192.0.2.2'];
    expect(() => demandHere(url, addresses, false)).toThrow(
      'The name shop.localhost stands for 192.0.2.2 here, so http://shop.localhost:3000 is not on this machine.',
    );
    expect(() => demandHere(url, addresses, true)).not.toThrow();
    expect(() => demandHere(url, ['127.0.0.1', '::1'], false)).not.toThrow();
  });

  it('that stands for nothing is told of as such', () => {
    expect(() => demandHere(url, { code: 'ENOTFOUND' }, true)).toThrow('stands for no address (ENOTFOUND)');
  });
});
