import type { JudgedTarget, Report, ReportTarget } from './report.js';
import { whole } from './numbers.js';

export const GLYPHS = { holds: '✔', violated: '✘', inconclusive: '?' } as const;

/** A table's words for what became of one of its targets, and what belongs to them: `✔ holds,` and `955 of 990 failed`. */
export function verdictWords(
  target: ReportTarget,
  targets: readonly ReportTarget[],
): readonly [verdict: string, aside?: string] {
  if (target.outcome !== 'judged') return [target.outcome];
  if (eventsShown(target, targets) !== undefined) return ['caught'];
  const words = `${GLYPHS[target.verdict]} ${target.verdict}`;
  const aside = target.verdict === 'holds' ? shortfallWords(target) : undefined;
  return aside === undefined ? [words] : [`${words},`, aside];
}

/**
 * What a control was caught for where that is an event and no violation: `1 deadlock`. It ends with the first, and what it
 * would come to after all trials, nobody asks. Undefined for all others.
 */
export function eventsShown(target: JudgedTarget, targets: readonly ReportTarget[]): string | undefined {
  const { id, role, verdict, counts } = target;
  if (role !== 'control' || verdict !== 'inconclusive') return undefined;
  const asked = targets.filter(isJudged).find(({ control }) => control?.target === id && control.caught);
  const seen = (asked?.control?.shows ?? []).filter((event) => (counts[event] ?? 0) > 0);
  return seen.length === 0
    ? undefined
    : listed(seen.map((event) => plural(counts[event] ?? 0, event.replaceAll('-', ' '))));
}

/** What did not come to a clear answer that was possible; undefined where everything did. */
export function shortfallWords(target: JudgedTarget): string | undefined {
  const unclear = unclearOf(target);
  if (target.gaveUp === undefined && unclear === 0) return undefined;
  const { ok, fail, info } = target.operations;
  return gaveUpWords({ failed: 0, refused: 0, operations: ok + fail + info, ...target.gaveUp, unclear });
}

/** Operations that may have happened or not. Those whose client died because the scenario says so are meant to be. */
export function unclearOf({ operations, errors }: JudgedTarget): number {
  return operations.info - (errors['crashed'] ?? 0);
}

/** `955 of 990 failed`, `12 of 990 refused`, `955 failed and 12 refused of 990`. */
export function gaveUpWords({
  failed,
  refused,
  unclear = 0,
  operations,
}: NonNullable<JudgedTarget['gaveUp']> & { readonly unclear?: number }): string {
  const parts = Object.entries({ failed, refused, unclear }).filter(([, count]) => count > 0);
  if (parts.length > 1) {
    return `${listed(parts.map(([word, count]) => `${whole(count)} ${word}`))} of ${whole(operations)}`;
  }
  return parts.map(([word, count]) => `${whole(count)} of ${whole(operations)} ${word}`).join();
}

/** What was seen, in the words of an expectation. */
export function seenWords({ verdict, gaveUp }: JudgedTarget): string {
  return verdict === 'holds' && gaveUp !== undefined ? EXPECTATION_WORDS['gives-up'] : verdict;
}

/** It did something else than its target claims; what could not be judged, or was tried too seldom, may still do it. */
export function isContradicted({ met, verdict, unseen }: JudgedTarget): boolean {
  return met === false && verdict !== 'inconclusive' && unseen === undefined;
}

/** Why it is open whether a target does what it claims: `expected to give up, not seen in 5 trials: too few to tell, 59 without it would contradict that`. */
export function unseenWords({ expectation, unseen }: JudgedTarget): string | undefined {
  if (unseen === undefined || expectation === undefined) return undefined;
  const claim = expectation === 'gives-up' ? 'to give up' : 'to be violated';
  return `expected ${claim}, not seen in ${plural(unseen.trials, 'trial')}: too few to tell, ${whole(unseen.needed)} without it would contradict that`;
}

export const EXPECTATION_WORDS = {
  holds: 'holds',
  violated: 'violated',
  'gives-up': 'holds, but gives up',
} as const;

/** `a`, `a and b`, `a, b and c`. */
export function listed(items: readonly string[]): string {
  const last = items.at(-1) ?? '';
  return items.length < 2 ? last : `${items.slice(0, -1).join(', ')} and ${last}`;
}

/** A gate stopped at the first violation: one violated trial of few is no rate. */
export function stoppedEarly({ rate, strata, trials }: JudgedTarget): boolean {
  return rate === undefined && strata.length === 0 && trials.firstViolated !== undefined;
}

/** `0 of 59`: violated among the trials that count, or among all where one that does not count was violated. */
export function violatedOf({ violated, counted, run }: JudgedTarget['trials']): string {
  return `${whole(violated)} of ${whole(violated > counted ? run : counted)}`;
}

export function plural(amount: number, noun: string): string {
  return `${whole(amount)} ${noun}${amount === 1 ? '' : 's'}`;
}

/** Whether a target is an API behind HTTP: what goes on in it nobody sees. */
export function isApi({ id }: Pick<ReportTarget, 'id'>): boolean {
  return id.startsWith('http/');
}

export function isJudged(target: ReportTarget): target is JudgedTarget {
  return target.outcome === 'judged';
}

/** `850 ms`, `12 s`, `4 min 58 s`, `2 h 10 min`. */
export function durationWords(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  const seconds = Math.round(ms / 1_000);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3_600) return inUnits(seconds, 'min', 's');
  return inUnits(Math.round(seconds / 60), 'h', 'min');
}

/** Not all of the planned trials need have run, and nothing is wrong. */
export function isUpTo({ command, budget }: Pick<Report, 'command' | 'budget'>): boolean {
  return command === 'gate' || budget !== undefined;
}

/** Of sixty of the smaller. */
function inUnits(small: number, larger: string, smaller: string): string {
  const rest = small % 60;
  return `${Math.floor(small / 60)} ${larger}${rest === 0 ? '' : ` ${rest} ${smaller}`}`;
}
