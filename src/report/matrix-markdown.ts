import { cellWords } from './matrix-cell.js';
import type { JudgedCell, Matrix, MatrixCell, MatrixContract } from './matrix-report.js';
import { LEGEND, matrixSentences } from './matrix-sentences.js';
import { markdownTable, markdownText } from './markdown-text.js';
import { TIGHT_SPACE, percent, percentAtMost, percentInterval } from './numbers.js';
import { mapStrings } from './redact.js';
import { durationWords, gaveUpWords, plural, violatedOf } from './words.js';

/** A matrix as Markdown: like the terminal's, and in each cell its interval, its trials and what it refused. */
export function matrixMarkdown(source: Matrix): string {
  const matrix = mapStrings(source, markdownText);
  const { plan, budget, environment, seed } = matrix;
  const stores = Object.values(environment.stores).map(({ description }) => description);
  const conditions = [
    `${stores.join(', ')}. ${environment.node} on ${environment.platform}, ${plural(environment.cores, 'core')}.`,
    `${matrix.startedAt.slice(0, 10)}, seed ${seed}, up to ${plural(plan.trials, 'trial')} a cell, ${percent(plan.confidence)} confidence, ${durationWords(budget.usedMs)} of a budget of ${durationWords(budget.totalMs)}.`,
    ...(matrix.interrupted ? ['**Interrupted: these are partial results.**'] : []),
  ];
  const blocks = [
    '# race-check matrix',
    conditions.join('\n'),
    ...matrix.contracts.flatMap((contract) => [`## ${contract.name}`, table(contract), columns(contract)]),
    LEGEND.split('   ').join(' · '),
    matrixSentences(matrix)
      .map((sentence) => `- ${sentence.replace(/^- /, '')}`)
      .join('\n'),
  ];
  return `${blocks.join('\n\n').replaceAll(TIGHT_SPACE, ' ')}\n`;
}

function table({ targets, scenarios }: MatrixContract): string {
  const rows = targets.map((id) => [
    id,
    ...scenarios.map((scenario) =>
      cell(scenario.targets.find((one) => one.id === id && one.role === 'named')),
    ),
  ]);
  return markdownTable([['target', ...scenarios.map(({ name }) => name)], ...rows]);
}

/** What each column is made of. */
function columns({ scenarios }: MatrixContract): string {
  return scenarios.map(({ name, description }) => `- ${name}: ${description}`).join('\n');
}

function cell(one: MatrixCell | undefined): string {
  if (one?.outcome !== 'judged') return cellWords(one);
  return [cellWords(one), ...details(one)].join('<br>');
}

function details(judged: JudgedCell): readonly string[] {
  const { verdict, trials, rate, gaveUp, budgetExhausted } = judged;
  const gave = gaveUp === undefined || verdict === 'violated' ? [] : [gaveUpWords(gaveUp)];
  if (verdict === 'inconclusive') {
    return [budgetExhausted ? 'budget' : 'inconclusive', `${plural(trials.run, 'trial')}`, ...gave];
  }
  const interval =
    rate === undefined
      ? ''
      : verdict === 'holds'
        ? `, <${TIGHT_SPACE}${percentAtMost(rate.upper)}`
        : `, ${percentInterval(rate)}`;
  return [`${violatedOf(trials)}${interval}`, ...gave];
}
