import { describe, expect, it } from 'vitest';
import { isLoopback, isUnspecified } from './loopback.js';

describe('what is this machine', () => {
  it.each([
    ...['localhost', 'LOCALHOST', 'localhost.', 'shop.localhost', 'shop.localhost.'],
    ...['127.0.0.1', '127.8.9.10', '::1', '0:0:0:0:0:0:0:1', '::ffff:127.0.0.1', '::ffff:7f00:1'],
  ])('is %s', (host) => {
    expect(isLoopback(host)).toBe(true);
  });

  it.each([
    ...['192.0.2.2', '10.0.0.1', '0.0.0.0', '::', 'fd00::2', '::2', '::ffff:192.0.2.2', '::127.0.0.1'],
    ...['', 'vm', 'localhost.example', 'mylocalhost', '127.0.0.1.example', '127.0.0.999', '127.1'],
  ])('is not %j', (host) => {
    expect(isLoopback(host)).toBe(false);
  });
});

it('tells the address that stands for all of them, in each way to write it', () => {
  expect(['0.0.0.0', '::', '0:0:0:0:0:0:0:0', '::ffff:0.0.0.0'].map(isUnspecified)).toEqual(
    Array(4).fill(true),
  );
  expect(['127.0.0.1', '::1', 'localhost', '0.0.0.0.example', ''].map(isUnspecified)).toEqual(
    Array(5).fill(false),
  );
});
