import type { Judgement } from '../core/verdict.js';
import type { AnyTarget } from './choice.js';
import type { SessionPlan } from './plan-session.js';
import { hardlyMet } from './vouching.js';

/** What keeps a run from holding, whatever its trials say: nobody said what is right, or the requests of an API did not meet. */
export function withDoubts<J extends Judgement>({ api }: AnyTarget, judgement: J, plan: SessionPlan): J {
  const { scenario } = plan;
  if (judgement.verdict !== 'holds') return judgement;
  const apart = api === undefined ? undefined : hardlyMet(judgement, plan);
  const reasons = [
    ...(scenario.unjudged === undefined ? [] : [`${scenario.unjudged}${successes(judgement)}`]),
    ...(apart === undefined ? [] : [apart]),
  ];
  return reasons.length === 0 ? judgement : { ...judgement, verdict: 'inconclusive', reasons };
}

/** What was seen, as a question: ` (5 of 33 said 200: was that right?)`. */
function successes({ tally, operations: { ok, fail, info }, trials }: Judgement): string {
  const [label, seen] = Object.entries(tally).find(([status]) => status.startsWith('2')) ?? [];
  if (label === undefined || seen === undefined) return '';
  const each = Math.round((ok + fail + info) / Math.max(1, trials.run));
  const often = seen.min === seen.max ? `${seen.min}` : `${seen.min} to ${seen.max}`;
  return ` (${often} of ${each} said ${label}: was that right?)`;
}
