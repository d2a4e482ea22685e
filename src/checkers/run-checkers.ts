import type { Checker, Finding } from '../core/checker.js';
import type { ContractTypes } from '../core/contract.js';
import type { History } from '../core/history.js';

/** What a list of checkers says about one history. */
export interface Checked {
  /** In the order of the checkers. */
  readonly findings: readonly Finding[];
  /** One sentence for each checker that threw: what it would have said is not known, so the trial proves nothing. */
  readonly crashed: readonly string[];
}

/** Runs every checker, also after one has thrown; a checker that throws has no findings. */
export function runCheckers<C extends ContractTypes>(
  checkers: readonly Checker<C>[],
  history: History<C>,
): Checked {
  const findings: Finding[] = [];
  const crashed: string[] = [];
  for (const checker of checkers) {
    try {
      findings.push(...checker.check(history));
    } catch (error) {
      crashed.push(
        `checker ${checker.name} crashed: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }
  return { findings, crashed };
}
