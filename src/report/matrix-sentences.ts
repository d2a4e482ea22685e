import { cellsOf, isUnmet, type PlacedCell } from './matrix-cell.js';
import type { JudgedCell, Matrix } from './matrix-report.js';
import { percentAtMost, whole, TIGHT_SPACE, percent } from './numbers.js';
import { EXPECTATION_WORDS, listed, plural, seenWords } from './words.js';

/** What the signs of a cell mean. */
export const LEGEND =
  '✔ holds   ◐ holds, but gives up   ✘ violated, in that share of trials   ? inconclusive   - skipped   ! not as claimed   1.4x: time for an answered operation, over that of the fastest safe target of the scenario';

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
    ...unmet(judged),
    ...inconclusive(judged),
    ...loosestBound(matrix, judged),
    ...errors(cells),
    ...skipped(cells),
  ];
}

function summary(all: number, judged: readonly Placed[]): readonly string[] {
  const claimed = judged.filter(({ cell }) => cell.met !== undefined && cell.verdict !== 'inconclusive');
  const met = claimed.filter(({ cell }) => cell.met);
  const open = judged.filter(({ cell }) => cell.verdict === 'inconclusive').length;
  const parts = [
    claimed.length > 0 && met.length === claimed.length
      ? `all ${whole(met.length)} that could be judged are as claimed`
      : `${whole(met.length)} of ${whole(claimed.length)} that could be judged are as claimed`,
    ...(open > 0 ? [`${whole(open)} inconclusive`] : []),
    ...(all > judged.length ? [`${whole(all - judged.length)} not run`] : []),
  ];
  return [`${plural(all, 'cell')}: ${parts.join(', ')}.`];
}

function unmet(judged: readonly Placed[]): readonly string[] {
  const wrong = judged.filter(({ cell }) => isUnmet(cell));
  return shortened(
    wrong.map(({ scenario, cell }) => {
      const expected = cell.expectation === undefined ? 'nothing' : EXPECTATION_WORDS[cell.expectation];
      return `! ${cell.id} in ${scenario}: expected ${expected}, saw ${seenWords(cell)}.`;
    }),
    'cells that are not as claimed',
  );
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
