import { whole } from '../report/numbers.js';
import { durationWords, plural } from '../report/words.js';
import { cellOfPlan, targetsOfPlan } from './budgeted.js';
import type { SessionPlan } from './plan-session.js';

/** Less than this needs no warning. */
const WORTH_TELLING_MS = 10_000;

/**
 * What a comparison will do, before it begins, and how long that takes by design, where nobody is slow: what the stores make of
 * it is only known once it runs.
 */
export function announcementOf(plan: SessionPlan): string {
  const cells = targetsOfPlan(plan).map((target) => cellOfPlan(plan, target));
  const { trials } = plan.trials;
  const { attempts = 0, heldMs = 0 } = cells[0] ?? {};
  const what = `${plural(cells.length, 'target')}, ${plan.budgetMs === undefined ? '' : 'up to '}${plural(trials, 'trial')} each, ${whole(attempts)} attempts a trial`;
  if (plan.budgetMs !== undefined) return `${what}, within ${durationWords(plan.budgetMs)}.`;
  const leastMs = heldMs * trials * cells.length;
  const least =
    leastMs < WORTH_TELLING_MS
      ? ''
      : `: ${durationWords(leastMs)} or more, since one lasts ${whole(heldMs)} ms by design`;
  return `${what}${least}. With --budget 5m it takes no longer than that.`;
}
