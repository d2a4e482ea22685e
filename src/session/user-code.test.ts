import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { Endless, userCode, watchUserCode } from './user-code.js';

const LIMIT_MS = 200;

it('is not watched before that is asked for', () => {
  expect(userCode().calling('a checker', {}, () => 7)).toBe(7);
});

describe("code of the user's that is watched", () => {
  const watch = (endAfterMs = LIMIT_MS, tellAfterMs = 60_000) => {
    watchUserCode({ tellAfterMs, endAfterMs });
    return userCode();
  };

  it('gives what it gives, and throws what it throws', () => {
    const code = watch();
    const error = new TypeError('its own mistake');
    const thrown = () =>
      code.calling('a checker', {}, () => {
        throw error;
      });
    expect(code.calling('a checker', {}, () => ['a finding'])).toEqual(['a finding']);
    expect(thrown).toThrow(error);
    expect(code.calling('outer', {}, () => code.calling('inner', {}, () => 'both'))).toBe('both');
  });

  it('is ended where it goes on for ever, and not begun again', () => {
    const code = watch();
    const checker = {};
    let begun = 0;
    const endless = () =>
      code.calling('a checker', checker, () => {
        begun += 1;
        for (;;);
      });
    expect(endless).toThrow(new Endless('it did not end within 0.2 s'));
    expect(endless).toThrow(Endless);
    expect(begun).toBe(1);
    expect(code.calling('another', {}, () => 1)).toBe(1);
  });

  it('is begun again where it takes long for the first time, and never after that', () => {
    const code = watch(60_000, 200);
    const checker = {};
    let begun = 0;
    const slow = () =>
      code.calling('a slow checker', checker, () => {
        begun += 1;
        for (const untilMs = performance.now() + 400; performance.now() < untilMs;);
        return 'a finding';
      });
    expect([slow(), begun]).toEqual(['a finding', 2]);
    expect([slow(), begun]).toEqual(['a finding', 3]);
  });

  it('may wait for as long as it likes while it is loaded', async () => {
    // Longer than a busy machine keeps this process waiting.
    const limitMs = 3_000;
    const code = watch(limitMs);
    const load = async () => {
      await wait(limitMs + 500);
      return 'loaded';
    };
    expect(await code.loading('my.target.ts', load)).toBe('loaded');
    await expect(code.loading('my.target.ts', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  });
});
