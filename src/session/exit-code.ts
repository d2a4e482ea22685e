import type { Gate, Report } from '../report/report.js';
import { testOutcome, type Strictness, type TestOutcome } from '../report/test-outcome.js';

/** What a shell is told. Documented in `--help`. */
export const EXIT = {
  holds: 0,
  violated: 1,
  inconclusive: 2,
  couldNotRun: 3,
  usage: 4,
  interrupted: 130,
  terminated: 143,
  hungUp: 129,
} as const;

const GATE_OUTCOME = { passed: 'passed', failed: 'failed', 'no-evidence': 'inconclusive' } as const;

/**
 * Of a gate: 3 if a named target could not run, else the worst of violated, inconclusive, holds. Of a comparison: 0 when
 * every target met its expectation, else 1, or 2 where all that is missing is evidence. Limits and a baseline count like
 * targets. Controls never set it. A store that cannot be had is no failure, unless it was required or named, or nothing was left to judge.
 */
export function exitCodeOf(
  {
    command,
    targets,
    gates = [],
  }: Pick<Report, 'command' | 'targets'> & { readonly gates?: readonly Gate[] },
  strictness: Strictness,
): number {
  const named = targets.filter(({ role }) => role === 'named');
  const outcomes: TestOutcome[] = named.map((target) => testOutcome(target, command, strictness));
  if (outcomes.includes('could-not-run')) return EXIT.couldNotRun;
  if (outcomes.every((outcome) => outcome === 'skipped')) return EXIT.couldNotRun;
  outcomes.push(...gates.map(({ outcome }) => GATE_OUTCOME[outcome]));
  if (outcomes.includes('failed')) return EXIT.violated;
  return outcomes.includes('inconclusive') ? EXIT.inconclusive : EXIT.holds;
}
