import type { ContractTypes } from '../core/contract.js';
import { withoutDurations } from './ends.js';
import type { Transition } from './execution.js';
import type { CountedFinding } from './explored.js';
import type { ExploredTrial } from './explored-trial.js';

/** Counts what the schedules of a search came to. */
export class Tally {
  run = 0;
  violated = 0;
  violatedStandFor = 0n;
  /** Schedules in which an operation failed for certain, or was refused although possible. */
  gaveUp = 0;
  /** Operations that ended in an outcome. */
  answered = 0;
  sawCircle = false;
  /** Also of schedules that are no longer counted. */
  firstViolationMs: number | undefined;
  #fewest = Number.POSITIVE_INFINITY;
  #most = 0;
  readonly #ends = new Set<string>();
  readonly #findings = new Map<string, CountedFinding>();

  /** Counts from the beginning. */
  startOver(): void {
    this.run = this.violated = this.gaveUp = this.answered = 0;
    this.violatedStandFor = 0n;
    this.#fewest = Number.POSITIVE_INFINITY;
    this.#most = 0;
    this.#ends.clear();
    this.#findings.clear();
  }

  /** Whether the schedule was violated. */
  add(
    transitions: readonly Transition[],
    { result, history }: ExploredTrial<ContractTypes>,
    standFor: bigint,
    elapsedMs: number,
  ): boolean {
    this.run += 1;
    this.#fewest = Math.min(this.#fewest, transitions.length);
    this.#most = Math.max(this.#most, transitions.length);
    this.answered += result.operations.ok;
    this.sawCircle ||= transitions.some(({ circles }) => circles !== undefined);
    // By client: who began first is no difference between two ends.
    const byClient = history.operations.toSorted((one, other) => one.client - other.client);
    const outcomes = byClient.map((one) =>
      one.status === 'ok' ? [one.status, one.output] : [one.status, one.error.code],
    );
    this.#ends.add(JSON.stringify([withoutDurations(result.tally), outcomes]));
    const refused = result.findings.some(({ needlessRefusals = 0 }) => needlessRefusals > 0);
    if (result.operations.fail > 0 || refused) this.gaveUp += 1;
    const anomalies = new Set<string>();
    for (const found of result.findings) {
      const { anomaly, grade, message, expected, observed, discrepancy } = found;
      const finding = { anomaly, grade, message, expected, observed, ...(discrepancy && { discrepancy }) };
      const key = `${finding.anomaly}/${finding.grade}`;
      const before = this.#findings.get(key);
      const isNew = !anomalies.has(key);
      anomalies.add(key);
      this.#findings.set(key, {
        ...(before ?? finding),
        schedules: (before?.schedules ?? 0) + (isNew ? 1 : 0),
      });
    }
    const isViolated = result.findings.some(({ grade }) => grade === 'violation');
    if (isViolated) {
      this.violated += 1;
      this.violatedStandFor += standFor;
      this.firstViolationMs ??= elapsedMs;
    }
    return isViolated;
  }

  get ends(): number {
    return this.#ends.size;
  }

  get steps(): { readonly fewest: number; readonly most: number } {
    return { fewest: Math.min(this.#fewest, this.#most), most: this.#most };
  }

  /** Violations first, then the most frequent. */
  get findings(): readonly CountedFinding[] {
    const rank = ({ grade }: CountedFinding) => (grade === 'violation' ? 0 : 1);
    return [...this.#findings.values()].sort(
      (one, other) => rank(one) - rank(other) || other.schedules - one.schedules,
    );
  }
}
