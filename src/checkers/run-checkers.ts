import { Undecided, type Checker, type Finding, type SlowChecker } from '../core/checker.js';
import type { ContractTypes } from '../core/contract.js';
import type { History } from '../core/history.js';
import { UsageError } from '../core/usage-error.js';

/** What a list of checkers says about one history. */
export interface Checked {
  /** In the order of the checkers. */
  readonly findings: readonly Finding[];
  /** One sentence for each checker that threw: what it would have said is not known, so the trial proves nothing. */
  readonly crashed: readonly string[];
}

/** Runs every checker, also after one has thrown; a checker that throws has no findings. Throws a UsageError on. */
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
      crashed.push(whyNot(checker, error));
    }
  }
  return { findings, crashed };
}

/** The same for those that answer in their own time, one after the other. They see to their own limits. */
export async function runSlowCheckers<C extends ContractTypes>(
  checkers: readonly SlowChecker<C>[],
  history: History<C>,
): Promise<Checked> {
  const findings: Finding[] = [];
  const crashed: string[] = [];
  for (const checker of checkers) {
    try {
      findings.push(...(await checker.check(history)));
    } catch (error) {
      crashed.push(whyNot(checker, error));
    }
  }
  return { findings, crashed };
}

/** What a scenario's checkers say, the slow ones after the others. */
export async function runAllCheckers<C extends ContractTypes>(
  {
    checkers,
    slowCheckers = [],
  }: { readonly checkers: readonly Checker<C>[]; readonly slowCheckers?: readonly SlowChecker<C>[] },
  history: History<C>,
): Promise<Checked> {
  const fast = runCheckers(checkers, history);
  if (slowCheckers.length === 0) return fast;
  const slow = await runSlowCheckers(slowCheckers, history);
  return { findings: [...fast.findings, ...slow.findings], crashed: [...fast.crashed, ...slow.crashed] };
}

/** A checker that was asked for in the wrong way is the user's to correct: nothing of this run would be worth anything. */
function whyNot({ name }: { readonly name: string }, error: unknown): string {
  if (error instanceof UsageError) throw error;
  if (error instanceof Undecided) return error.message;
  return `checker ${name} crashed: ${error instanceof Error ? error.message : String(error)}`;
}
