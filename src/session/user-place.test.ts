import { describe, expect, it } from 'vitest';
import { userPlace } from './user-place.js';

describe("the place of an error in a user's file", () => {
  it("is the first frame that is neither ours, nor Node's, nor a package's", () => {
    const stack = `error: relation "produkt" does not exist
    at /home/me/shop/node_modules/pg/lib/client.js:631:17
    at process.processTicksAndRejections (node:internal/process/task_queues:103:5)
    at async inTransaction (file:///usr/lib/node_modules/race-check/dist/src/stores/postgres/transaction.js:30:14)
    at async Object.checkout (/home/me/shop/my.target.ts:12:20)
    at async /home/me/shop/other.ts:1:1`;
    expect(userPlace(stack)).toBe('/home/me/shop/my.target.ts:12');
  });

  it.each([
    ['/home/me/a (b)/boom.ts:1', 'Error: boom\n    at /home/me/a (b)/boom.ts:1:116'],
    ['/home/me/other.ts:7', 'Error: boom\n    at async /home/me/other.ts:7:1'],
    ['C:\\shop\\my.target.js:3', 'TypeError: x\n    at Object.checkout (C:\\shop\\my.target.js:3:9)'],
  ])('is found as %s', (place, stack) => {
    expect(userPlace(stack)).toBe(place);
  });

  it('is unknown where no frame names such a file', () => {
    expect(userPlace(undefined)).toBeUndefined();
    expect(userPlace('Error: x\n    at node:internal/main:1:1\n    at native')).toBeUndefined();
  });
});
