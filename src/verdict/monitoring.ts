import type { LockWaits, Monitoring, TrialResult, WaitPair } from '../core/verdict.js';

/** Of those that a server saw, and of those that notes tell of. */
const MOST_PAIRS = 20;

/**
 * So many pairs are counted: ten thousand clients could make a hundred million. When there are more, the rarest half is
 * forgotten, so that a pair which was rare at first may be told with too few samples, and none with too many.
 */
const COUNTED_PAIRS = 10_000;

class WaitTotals {
  count = 0;
  #totalNs = 0;
  #longestNs = 0;

  add(waitsNs: readonly number[]): void {
    for (const waitNs of waitsNs) {
      this.count += 1;
      this.#totalNs += waitNs;
      this.#longestNs = Math.max(this.#longestNs, waitNs);
    }
  }

  told(): LockWaits {
    const { count } = this;
    return { count, meanMs: this.#totalNs / Math.max(1, count) / 1e6, longestMs: this.#longestNs / 1e6 };
  }
}

/** Adds up what an operator would watch, trial by trial. */
export class MonitoringFold {
  #idleInTransaction = 0;
  readonly #waits = new WaitTotals();
  readonly #serverWaits = new WaitTotals();
  #askedTrials = 0;
  #discrepancy = { trials: 0, largest: 0 };
  readonly #waitedFor = new Map<string, { -readonly [K in keyof WaitPair]: WaitPair[K] }>();

  add({ idleInTransaction, lockWaitsNs, serverLockWaitsNs, waitedFor, findings }: TrialResult): void {
    this.#idleInTransaction += idleInTransaction;
    this.#waits.add(lockWaitsNs);
    if (serverLockWaitsNs !== undefined) this.#askedTrials += 1;
    this.#serverWaits.add(serverLockWaitsNs ?? []);
    const largest = Math.max(0, ...findings.map(({ discrepancy = 0 }) => discrepancy));
    if (largest > 0) this.#discrepancy.trials += 1;
    this.#discrepancy.largest = Math.max(this.#discrepancy.largest, largest);
    for (const pair of waitedFor) {
      const key = `${pair.seenBy} ${pair.waiter} ${pair.holder}`;
      const known = this.#waitedFor.get(key);
      if (known) known.samples += pair.samples;
      else this.#waitedFor.set(key, { ...pair });
      if (this.#waitedFor.size > COUNTED_PAIRS) this.#forgetRare();
    }
  }

  #forgetRare(): void {
    const rarestFirst = [...this.#waitedFor].sort(([, a], [, b]) => a.samples - b.samples);
    for (const [key] of rarestFirst.slice(0, COUNTED_PAIRS / 2)) this.#waitedFor.delete(key);
  }

  monitoring({ ok, fail, info }: TrialResult['operations'], counts: ReadonlyMap<string, number>): Monitoring {
    const of = (event: string) => counts.get(event) ?? 0;
    const attempts = ok + fail + info;
    return {
      attempts,
      successes: ok,
      rollbacksPerAttempt: attempts === 0 ? 0 : of('rollback') / attempts,
      retries: of('retry'),
      conflicts: of('conflict'),
      deadlocks: of('deadlock'),
      lockTimeouts: of('lock-timeout'),
      idleInTransaction: this.#idleInTransaction,
      ...(this.#waits.count === 0 ? {} : { lockWaits: this.#waits.told() }),
      ...(this.#askedTrials === 0
        ? {}
        : { serverLockWaits: { trials: this.#askedTrials, ...this.#serverWaits.told() } }),
      ...(this.#discrepancy.trials === 0 ? {} : { discrepancy: { ...this.#discrepancy } }),
      waitedFor: [...this.#mostFrequent('server'), ...this.#mostFrequent('notes')],
    };
  }

  /** Of equally frequent ones, the lower numbers first. */
  #mostFrequent(seenBy: WaitPair['seenBy']): readonly WaitPair[] {
    return [...this.#waitedFor.values()]
      .filter((pair) => pair.seenBy === seenBy)
      .sort((a, b) => b.samples - a.samples || a.waiter - b.waiter || a.holder - b.holder)
      .slice(0, MOST_PAIRS);
  }
}
