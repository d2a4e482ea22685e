import { expect, it } from 'vitest';
import { monotonicNs, sleepUntilNs } from './clock.js';

it('sleeps to a moment, never less, and hardly uses the core meanwhile', async () => {
  const before = process.cpuUsage();
  const startedAt = performance.now();
  for (const us of [0, 50, 100, 300, 900, 1_900, 3_100, 20_000, 200_000]) {
    const atNs = monotonicNs() + BigInt(us * 1_000);
    await sleepUntilNs(atNs);
    expect(monotonicNs()).toBeGreaterThanOrEqual(atNs);
  }
  const { user, system } = process.cpuUsage(before);
  const usedMs = (user + system) / 1_000;
  expect(usedMs).toBeLessThan((performance.now() - startedAt) / 2);
});

it('lets what was written in this turn leave first', async () => {
  let left = false;
  setImmediate(() => (left = true));
  await sleepUntilNs(monotonicNs() + 1_000_000n);
  expect(left).toBe(true);
});
