import { describe, expect, it } from 'vitest';
import type { TrialResult, WaitPair } from '../core/verdict.js';
import { judge } from './judge.js';
import { finding, plan, trial, trials } from './trial-results.fixture.js';

const monitored = (...results: TrialResult[]) => judge(results, plan()).monitoring;
const waited = (waiter: number, holder: number, samples = 1, seenBy: WaitPair['seenBy'] = 'server') => ({
  waiter,
  holder,
  samples,
  seenBy,
});

describe('what an operator would watch', () => {
  it('is nothing but attempts where nothing happened', () => {
    expect(monitored(trial(), trial())).toEqual({
      attempts: 8,
      successes: 8,
      rollbacksPerAttempt: 0,
      retries: 0,
      conflicts: 0,
      deadlocks: 0,
      lockTimeouts: 0,
      idleInTransaction: 0,
      waitedFor: [],
    });
    expect(monitored()).toMatchObject({ attempts: 0, rollbacksPerAttempt: 0 });
  });

  it('has rollbacks for each attempt, answered or not', () => {
    const operations = { ok: 2, fail: 1, info: 1 };
    const counts = { rollback: 6, retry: 5, conflict: 4, deadlock: 3, 'lock-timeout': 2 };
    expect(monitored(trial({ operations, counts }), trial())).toMatchObject({
      attempts: 8,
      successes: 6,
      rollbacksPerAttempt: 0.75,
      retries: 5,
      conflicts: 4,
      deadlocks: 3,
      lockTimeouts: 2,
    });
  });

  it('adds up sessions that were left in a transaction', () => {
    expect(monitored(...trials(3, (index) => trial({ idleInTransaction: index }))).idleInTransaction).toBe(3);
  });

  it('has the number of waits for locks, their mean and the longest, over all trials', () => {
    expect(
      monitored(trial({ lockWaitsNs: [1e6, 2e6] }), trial({ lockWaitsNs: [9e6] }), trial()).lockWaits,
    ).toEqual({ count: 3, meanMs: 4, longestMs: 9 });
  });

  it('has what servers saw of waits apart, with the trials in which one was asked', () => {
    const { lockWaits, serverLockWaits } = monitored(
      trial({ serverLockWaitsNs: [1e6, 5e6] }),
      trial({ serverLockWaitsNs: [] }),
      trial({ lockWaitsNs: [9e6] }),
    );
    expect(serverLockWaits).toEqual({ trials: 2, count: 2, meanMs: 3, longestMs: 5 });
    expect(lockWaits).toEqual({ count: 1, meanMs: 9, longestMs: 9 });
    expect(monitored(trial({ serverLockWaitsNs: [] })).serverLockWaits).toEqual({
      ...{ trials: 1, count: 0, meanMs: 0, longestMs: 0 },
    });
  });

  it('counts the trials in which numbers did not add up, and keeps the largest difference', () => {
    const off = (discrepancy: number) => finding('stock-not-conserved', 'violation', { discrepancy });
    expect(
      monitored(
        trial({ findings: [off(3), off(27), finding('oversold')] }),
        trial({ findings: [finding('oversold')] }),
        trial({ findings: [off(5)] }),
      ).discrepancy,
    ).toEqual({ trials: 2, largest: 27 });
  });

  it('sums up who waited for whom, by who saw it, the most frequent first', () => {
    expect(
      monitored(
        trial({ waitedFor: [waited(1, 0, 2), waited(2, 0, 3), waited(1, 0, 9, 'notes')] }),
        trial({ waitedFor: [waited(1, 0, 4)] }),
      ).waitedFor,
    ).toEqual([waited(1, 0, 6), waited(2, 0, 3), waited(1, 0, 9, 'notes')]);
  });

  it('keeps twenty pairs of those that a server saw, and twenty of those that notes tell of', () => {
    const pairs = (seenBy: WaitPair['seenBy']) =>
      Array.from({ length: 50 }, (_, index) => waited(index, index + 1, index, seenBy));
    const { waitedFor } = monitored(trial({ waitedFor: [...pairs('notes'), ...pairs('server')] }));
    expect(waitedFor).toHaveLength(40);
    expect(waitedFor[0]).toEqual(waited(49, 50, 49));
    expect(waitedFor[20]).toEqual(waited(49, 50, 49, 'notes'));
  });

  it('forgets rare pairs where there are too many to count, and none of the frequent', () => {
    const often = waited(0, 1, 5);
    const many = Array.from({ length: 10_001 }, (_, index) => waited(index, index + 2));
    const judged = monitored(trial({ waitedFor: [often, ...many] }), trial({ waitedFor: [often, ...many] }));
    expect(judged.waitedFor[0]).toEqual(waited(0, 1, 10));
    expect(judged.waitedFor[1]!.samples).toBeLessThanOrEqual(2);
  });
});
