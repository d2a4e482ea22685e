import type { Effect } from './effects.js';
import { type Outcome, walk, type Walked } from './transaction-effects.js';
import type { TransactionView } from './transaction-view.js';

/** So many are kept: a search carries out the same steps in the same transactions over and over. */
const MOST_KEPT = 5_000;

let kept = 0;
/** Views are never changed, and one walk leads to one view: so from step to step equal ways meet the same object. */
let known = new WeakMap<TransactionView, Map<string, Walked>>();
const numbers = new WeakMap<readonly Effect[], number>();
let next = 0;

/** As `walk`, for the effects of each part of a request, of which equal ones are the same list. */
export function walkParts(
  before: TransactionView,
  parts: readonly (readonly Effect[])[],
  endsImplicit: boolean,
  outcome?: Outcome,
): Walked {
  let fromHere = known.get(before);
  if (fromHere === undefined) known.set(before, (fromHere = new Map<string, Walked>()));
  const name = nameOf(parts, endsImplicit, outcome);
  let walked = fromHere.get(name);
  if (walked === undefined) {
    walked = walk(before, parts.flat(), endsImplicit, outcome);
    if (kept === MOST_KEPT) {
      kept = 0;
      known = new WeakMap();
    } else {
      kept += 1;
      fromHere.set(name, walked);
    }
  }
  return walked;
}

function nameOf(
  parts: readonly (readonly Effect[])[],
  endsImplicit: boolean,
  outcome: Outcome | undefined,
): string {
  let name = endsImplicit ? 'ends' : 'stays';
  for (const part of parts) name += ` ${numberOf(part)}`;
  if (outcome !== undefined)
    name += ` ${outcome.failed} ${outcome.lostRow} ${outcome.wasRefused} ${outcome.status} ${outcome.counts.join()}`;
  return name;
}

function numberOf(part: readonly Effect[]): number {
  let number = numbers.get(part);
  if (number === undefined) numbers.set(part, (number = next += 1));
  return number;
}
