import type { Report, ReportTarget } from '../report/report.js';

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

/** What turns a result into a failure. */
export interface Strictness {
  /** A safe target that gave up, or of which something interesting was found, counts as violated. */
  readonly strict: boolean;
  /** Stores whose absence is an error. */
  readonly required: readonly string[];
}

/**
 * Of a gate: 3 if a named target could not run, else the worst of violated, inconclusive, holds. Of a comparison: 0 when
 * every target met its expectation, else 1, or 2 where all that is missing is evidence. Controls never set it. A store
 * that cannot be had is no failure, unless it is required or nothing was left to judge.
 */
export function exitCodeOf(
  report: Pick<Report, 'command' | 'targets'>,
  { strict, required }: Strictness,
): number {
  const named = report.targets.filter(({ role }) => role === 'named');
  const skipped = named.filter((target) => target.outcome === 'skipped');
  const judged = named.filter((target) => target.outcome === 'judged');
  if (named.some(({ outcome }) => outcome === 'error')) return EXIT.couldNotRun;
  if (skipped.some(({ store }) => required.includes(store))) return EXIT.couldNotRun;
  if (judged.length === 0) return EXIT.couldNotRun;
  const codes = judged.map((target) =>
    report.command === 'compare' ? comparedCode(target) : gatedCode(target, strict),
  );
  for (const code of [EXIT.violated, EXIT.inconclusive]) {
    if (codes.includes(code)) return code;
  }
  return EXIT.holds;
}

type Judged = Extract<ReportTarget, { outcome: 'judged' }>;

function gatedCode({ verdict, gaveUp, findings }: Judged, strict: boolean): number {
  const isInteresting = gaveUp !== undefined || findings.some(({ grade }) => grade === 'interesting');
  if (verdict === 'holds' && strict && isInteresting) return EXIT.violated;
  return EXIT[verdict];
}

/** A target that claims nothing is judged as in a gate. */
function comparedCode(target: Judged): number {
  if (target.met === undefined) return gatedCode(target, false);
  if (target.met) return EXIT.holds;
  return target.verdict === 'inconclusive' ? EXIT.inconclusive : EXIT.violated;
}
