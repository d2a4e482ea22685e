import type { AnomalyId } from '../core/anomaly.js';
import type { Finding } from '../core/checker.js';
import type { Offset, SeenFinding, SweptOffset, TrialResult } from '../core/verdict.js';

/** Keeps each anomaly as it was first seen, and in how many trials it was. */
export class FindingFold {
  /** By grade too: a checker of somebody else's may find one anomaly in both grades. */
  readonly #findings = new Map<string, { readonly first: Omit<SeenFinding, 'trials'>; trials: number }>();
  #needlessRefusals = 0;

  /** Refusals although it was possible, in all trials. */
  get needlessRefusals(): number {
    return this.#needlessRefusals;
  }

  add({ findings, trial, start, offset }: TrialResult): void {
    const inThisTrial = new Set<string>();
    for (const { needlessRefusals = 0, ...finding } of findings) {
      this.#needlessRefusals += needlessRefusals;
      const key = `${finding.grade} ${finding.anomaly}`;
      if (inThisTrial.has(key)) continue;
      inThisTrial.add(key);
      const seen = this.#findings.get(key);
      if (seen) seen.trials += 1;
      else {
        const first = {
          ...{ ...finding, trial: trial + 1, start },
          ...(offset === undefined ? {} : { offset: swept(offset) }),
        };
        this.#findings.set(key, { first, trials: 1 });
      }
    }
  }

  hasViolation(anomaly: AnomalyId): boolean {
    return this.#findings.has(`violation ${anomaly}`);
  }

  /** Violations first; what is interesting only where it is no violation as well. */
  seen(): SeenFinding[] {
    const all = Array.from(this.#findings.values(), ({ first, trials }) => ({ ...first, trials }));
    const violations = all.filter(isViolation);
    const known = new Set<AnomalyId>(violations.map(({ anomaly }) => anomaly));
    return [...violations, ...all.filter((one) => !isViolation(one) && !known.has(one.anomaly))];
  }
}

export function isViolation({ grade }: Pick<Finding, 'grade'>): boolean {
  return grade === 'violation';
}

export function swept({ later, offsetNs }: Offset): SweptOffset {
  return { later, ms: offsetNs / 1e6 };
}
