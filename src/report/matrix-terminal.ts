import { LEGEND, matrixSentences } from './matrix-sentences.js';
import type { Matrix } from './matrix-report.js';
import { matrixTables } from './matrix-table.js';
import { TIGHT_SPACE, percent } from './numbers.js';
import { createPaint, type Paint } from './paint.js';
import { mapStrings, redact } from './redact.js';
import { flow, paragraph, printable } from './text-width.js';
import { durationWords, plural } from './words.js';

export interface MatrixTerminalOptions {
  /** Columns of the terminal; taken as 60 where it has fewer. No line is longer. */
  readonly width: number;
  readonly colour: boolean;
}

const NARROWEST = 60;

/** A matrix for people: its conditions, its tables, what the signs mean, what stands out. Ends with a line break. */
export function renderMatrix(source: Matrix, options: MatrixTerminalOptions): string {
  const width = Math.max(NARROWEST, Math.floor(options.width));
  const paint = createPaint(options.colour);
  const matrix = mapStrings(source, (text) => redact(printable(text)));
  const blocks: readonly (readonly string[])[] = [
    head(matrix, width, paint),
    ...matrix.contracts.flatMap((contract) => matrixTables(contract, width, paint)),
    flow(LEGEND.split('   '), width).map(paint.quiet),
    matrixSentences(matrix).flatMap((sentence) => paragraph(sentence, width)),
  ];
  return `${blocks
    .filter((block) => block.length > 0)
    .map((block) => block.join('\n'))
    .join('\n\n')
    .replaceAll(TIGHT_SPACE, ' ')}\n`;
}

function head(matrix: Matrix, width: number, paint: Paint): readonly string[] {
  const { plan, budget, environment, seed } = matrix;
  const stores = Object.values(environment.stores).map(({ description }) => description);
  const [first = '', ...rest] = flow(['matrix', ...stores, `seed ${seed}`], width);
  const conditions = [
    `up to ${plural(plan.trials, 'trial')} a cell, ${percent(plan.confidence)} confidence`,
    `${durationWords(budget.usedMs)} of a budget of ${durationWords(budget.totalMs)}`,
    ...(plan.processes > 1 ? [`${plan.processes} processes`] : []),
  ];
  return [
    paint.strong('matrix') + first.slice('matrix'.length),
    ...rest,
    ...flow(conditions, width).map(paint.quiet),
    ...(matrix.interrupted ? [paint.inconclusive('Interrupted: these are partial results.')] : []),
  ];
}
