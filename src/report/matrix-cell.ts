import type { JudgedCell, Matrix, MatrixCell } from './matrix-report.js';
import { TIGHT_SPACE, rough } from './numbers.js';
import { GLYPHS, isContradicted } from './words.js';

/** Safe, yet operations failed or were refused although they were possible. */
export const GIVES_UP = '◐';
export const NOTHING = '-';
/** Behind a cell that contradicts what its target claims. */
const CONTRADICTED = '!';

/** What a cell stands for, apart from its numbers. */
export type CellKind = 'holds' | 'gives-up' | 'violated' | 'inconclusive' | 'nothing' | 'error';

export function cellKind(cell: MatrixCell | undefined): CellKind {
  if (cell === undefined || cell.outcome === 'skipped') return 'nothing';
  if (cell.outcome === 'error') return 'error';
  return cell.verdict === 'holds' && cell.gaveUp !== undefined ? 'gives-up' : cell.verdict;
}

/** `✘ 82 %`, `✔ 1.4x`, `◐ 1.0x`, `?`, `-`; with `!` behind it where that contradicts what the target claims, `?` where it leaves that open. */
export function cellWords(cell: MatrixCell | undefined): string {
  if (cell === undefined || cell.outcome === 'skipped') return NOTHING;
  if (cell.outcome === 'error') return cell.outcome;
  const words = judgedWords(cell);
  if (isContradicted(cell)) return `${words}${TIGHT_SPACE}${CONTRADICTED}`;
  return cell.unseen === undefined ? words : `${words}${TIGHT_SPACE}${GLYPHS.inconclusive}`;
}

function judgedWords(cell: JudgedCell): string {
  switch (cell.verdict) {
    case 'violated':
      return `${GLYPHS.violated}${TIGHT_SPACE}${share(cell.trials)}`;
    case 'holds': {
      const glyph = cell.gaveUp === undefined ? GLYPHS.holds : GIVES_UP;
      return cell.cost === undefined ? glyph : `${glyph}${TIGHT_SPACE}${costWords(cell.cost)}`;
    }
    case 'inconclusive':
      return GLYPHS.inconclusive;
  }
}

/** `1.4x`, `14x`. */
export function costWords(cost: number): string {
  return `${rough(cost)}x`;
}

/** Of violated trials, in whole percent: never 0 where there was one, nor 100 where one was not. */
function share({ violated, counted, run }: JudgedCell['trials']): string {
  const of = violated > counted ? run : counted;
  const percent = (violated / of) * 100;
  if (percent < 1) return `<1${TIGHT_SPACE}%`;
  if (percent > 99 && percent < 100) return `>99${TIGHT_SPACE}%`;
  return `${Math.round(percent)}${TIGHT_SPACE}%`;
}

/** One cell with its place. */
export interface PlacedCell {
  readonly contract: string;
  readonly scenario: string;
  readonly cell: MatrixCell;
}

/** Every cell of the rows; a control that is no row only vouches. */
export function cellsOf({ contracts }: Matrix): readonly PlacedCell[] {
  return contracts.flatMap(({ name, scenarios }) =>
    scenarios.flatMap((scenario) =>
      scenario.targets
        .filter(({ role }) => role === 'named')
        .map((cell) => ({ contract: name, scenario: scenario.name, cell })),
    ),
  );
}
