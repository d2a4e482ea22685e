import { anomalyName, type AnomalyId } from '../core/anomaly.js';
import type { Judgement } from '../core/verdict.js';

/** What became of the control of a store under the conditions that a target was judged in. */
export type ControlOutcome =
  | {
      readonly outcome: 'ran';
      readonly target: string;
      /** Anomalies or counted events, one of which it must have shown. */
      readonly shows: readonly AnomalyId[];
      readonly judgement: Judgement;
    }
  /** The target that is judged is the control: it must be caught like any control. */
  | { readonly outcome: 'itself'; readonly target: string; readonly shows: readonly AnomalyId[] }
  | {
      readonly outcome: 'could-not-run';
      readonly target: string;
      readonly shows: readonly AnomalyId[];
      readonly reason: string;
    }
  /** The scenario names none for this store. */
  | { readonly outcome: 'none'; readonly store: string };

const NO_TEETH = 'nothing shows that these conditions could have caught the race';

/** Which of these a judgement shows: found as a violation, or counted as an event. */
export function shown(
  shows: readonly AnomalyId[],
  judgement: Pick<Judgement, 'findings' | 'counts'>,
): AnomalyId[] {
  const found = new Set(violations(judgement));
  return shows.filter((id) => found.has(id) || (judgement.counts[id] ?? 0) > 0);
}

/**
 * The verdict after the control of its store has been asked: a `holds` whose control was not caught for what it must show
 * becomes inconclusive, with the reason. A violation needs no control, so everything else stays.
 */
export function applyControl(judgement: Judgement, control: ControlOutcome): Judgement {
  if (judgement.verdict !== 'holds') return judgement;
  const problem = controlProblem(
    control.outcome === 'itself' ? { ...control, outcome: 'ran', judgement } : control,
  );
  return problem === undefined
    ? judgement
    : { ...judgement, verdict: 'inconclusive', reasons: [...judgement.reasons, problem] };
}

/** Why a control does not vouch for the conditions that it ran under; `undefined` if it does. For people. */
export function controlProblem(control: Exclude<ControlOutcome, { outcome: 'itself' }>): string | undefined {
  switch (control.outcome) {
    case 'none':
      return `there is no control for ${control.store}: ${NO_TEETH}`;
    case 'could-not-run':
      return `the control ${control.target} could not run (${control.reason}): ${NO_TEETH}`;
    case 'ran':
      return notCaught(control);
  }
}

function notCaught({
  target,
  shows,
  judgement,
}: Extract<ControlOutcome, { outcome: 'ran' }>): string | undefined {
  if (shown(shows, judgement).length > 0) return undefined;
  const { run } = judgement.trials;
  if (run === 0) return `the control ${target} did not run: ${NO_TEETH}`;
  const others = violations(judgement);
  return others.length > 0
    ? `the control ${target} was caught for ${others.map(anomalyName).join(' and ')}, not for ${shows.map(anomalyName).join(' or ')}: ${NO_TEETH}${ownWords(target, others)}`
    : `the control ${target} was not caught in ${run} trial${run === 1 ? '' : 's'}: these conditions could not have shown the race`;
}

/** Whoever defined an API says what its control lacks; those of stores are ours. */
function ownWords(target: string, others: readonly AnomalyId[]): string {
  if (!target.startsWith('http/')) return '';
  const shows = others.map((id) => `'${id}'`).join(', ');
  return `. If that is what it must show, say so in the target: shows: [${shows}]`;
}

function violations({ findings }: Pick<Judgement, 'findings'>): AnomalyId[] {
  return findings.filter(({ grade }) => grade === 'violation').map(({ anomaly }) => anomaly);
}
