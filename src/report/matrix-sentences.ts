import { cellsOf, type PlacedCell } from './matrix-cell.js';
import type { JudgedCell, Matrix } from './matrix-report.js';
import { percentAtMost, whole, TIGHT_SPACE, percent } from './numbers.js';
import { EXPECTATION_WORDS, isContradicted, listed, plural, seenWords, unseenWords } from './words.js';

/** What the signs of a cell mean. */
export const LEGEND =
  '✔ holds   ◐ holds, but gives up   ✘ violated, in that share of trials   ? inconclusive   - skipped   ! not as claimed, or ? too few trials to tell   1.4x: time for an answered operation, over that of the fastest safe target of the scenario';

/** So many are spelt out. */
const SPELT_OUT = 12;

interface Placed extends Omit<PlacedCell, 'cell'> {
  readonly cell: JudgedCell;
}

/** What there is to say below the tables, without marks of any output. */
export function matrixSentences(matrix: Matrix): readonly string[] {
  const cells = cellsOf(matrix);
  const judged = cells.filter((one): one is Placed => one.cell.outcome === 'judged');
  return [
    ...summary(cells.length, judged),
    ...contradicted(judged),
    ...unseen(judged),
    ...inconclusive(judged),
    ...loosestBound(matrix, judged),
    ...errors(cells),
    ...skipped(cells),
  ];
}

function summary(all: number, judged: readonly Placed[]): readonly string[] {
  const met = judged.filter(({ cell }) => cell.met);
  const claimed = judged.filter(({ cell }) => cell.met === true || isContradicted(cell));
  const unseen = judged.filter(({ cell }) => cell.unseen !== undefined).length;
  const open = judged.filter(({ cell }) => cell.verdict === 'inconclusive').length;
  const parts = [
    claimed.length > 0 && met.length === claimed.length
      ? `all ${whole(met.length)} that could be judged are as claimed`
      : `${whole(met.length)} of ${whole(claimed.length)} that could be judged are as claimed`,
    ...(open > 0 ? [`${whole(open)} inconclusive`] : []),
    ...(unseen > 0 ? [`${whole(unseen)} with too few trials to tell whether they are as claimed`] : []),
    ...(all > judged.length ? [`${whole(all - judged.length)} not run`] : []),
  ];
  return [`${plural(all, 'cell')}: ${parts.join(', ')}.`];
}

function contradicted(judged: readonly Placed[]): readonly string[] {
  const wrong = judged.filter(({ cell }) => isContradicted(cell));
  return shortened(
    wrong.map(({ scenario, cell }) => {
      const expected = cell.expectation === undefined ? 'nothing' : EXPECTATION_WORDS[cell.expectation];
      return `! ${cell.id} in ${scenario}: expected ${expected}, saw ${seenWords(cell)}.`;
    }),
    'cells that are not as claimed',
  );
}

/** Held in too few trials to say that what is claimed to happen does not. */
function unseen(judged: readonly Placed[]): readonly string[] {
  const lines = judged.flatMap(({ scenario, cell }) => {
    const words = unseenWords(cell);
    return words === undefined ? [] : [`? ${cell.id} in ${scenario}: ${words}.`];
  });
  return shortened(lines, 'cells with too few trials to tell whether they are as claimed');
}

/** By reason, since most share one. */
function inconclusive(judged: readonly Placed[]): readonly string[] {
  const open = judged.filter(({ cell }) => cell.verdict === 'inconclusive');
  const byReason = new Map<string, Placed[]>();
  for (const one of open) {
    const reason = one.cell.budgetExhausted
      ? 'budget: no time for enough trials (--budget gives more, --contract and --store leave more for each cell)'
      : one.cell.reasons.join('; ');
    byReason.set(reason, [...(byReason.get(reason) ?? []), one]);
  }
  return shortened(
    [...byReason].map(([reason, same]) => {
      const names = same.slice(0, SPELT_OUT).map(({ scenario, cell }) => `${cell.id} in ${scenario}`);
      const more = same.length - names.length;
      return `? ${listed(more > 0 ? [...names, `${more} more`] : names)}: ${reason}.`;
    }),
    'reasons why cells are inconclusive',
  );
}

/** What the least tried of those without a violation leaves open. */
function loosestBound({ plan }: Matrix, judged: readonly Placed[]): readonly string[] {
  const safe = judged.flatMap((one) =>
    one.cell.verdict === 'holds' && one.cell.rate !== undefined ? [{ ...one, rate: one.cell.rate }] : [],
  );
  const [loosest] = [...safe].sort((a, b) => b.rate.upper - a.rate.upper);
  if (loosest === undefined) return [];
  const { cell, scenario, rate } = loosest;
  const counted = safe.map((one) => one.cell.trials.counted);
  const range = [...new Set([Math.min(...counted), Math.max(...counted)])].map(whole).join('-');
  return [
    `No violation means none in ${range} trials (${percent(plan.confidence)} confidence): the loosest bound is <${TIGHT_SPACE}${percentAtMost(rate.upper)} of such trials, of ${cell.id} in ${scenario}.`,
  ];
}

function errors(cells: readonly PlacedCell[]): readonly string[] {
  return cells.flatMap(({ scenario, cell }) =>
    cell.outcome === 'error' ? [`- ${cell.id} could not run in ${scenario}: ${cell.message}`] : [],
  );
}

function skipped(cells: readonly PlacedCell[]): readonly string[] {
  const reasons = cells.flatMap(({ cell }) =>
    cell.outcome === 'skipped'
      ? [`- skipped, ${cell.store}: ${cell.reason.replace(/\.$/, '')}. ${cell.remedy}`]
      : [],
  );
  return [...new Set(reasons)];
}

function shortened(lines: readonly string[], what: string): readonly string[] {
  const more = lines.length - SPELT_OUT;
  return more > 0 ? [...lines.slice(0, SPELT_OUT), `and ${more} more ${what}`] : lines;
}
