import { whole } from './numbers.js';
import type { JudgedTarget, Report } from './report.js';
import { cutTo, textWidth } from './text-width.js';
import { isJudged, plural } from './words.js';

const ROWS_SHOWN = 12;
const MARGIN = ' ';
const GAP = '  ';

/** What the requests of a burst were answered, equal answers in one row; empty where a report has none. */
export function answerTable(report: Report, width: number): readonly string[] {
  return report.targets
    .filter(isJudged)
    .filter(({ role }) => role === 'named')
    .flatMap((target) => rowsOf(target, width));
}

function rowsOf({ answers = [], trials }: JudgedTarget, width: number): readonly string[] {
  if (answers.length === 0) return [];
  const shown = answers.slice(0, ROWS_SHOWN);
  const { firstViolated } = trials;
  const columns = [
    { header: 'times', cells: shown.map(({ count }) => whole(count)) },
    { header: 'trials', cells: shown.map((group) => `${whole(group.trials)} of ${whole(trials.run)}`) },
    ...(firstViolated === undefined || trials.run === 1
      ? []
      : [
          {
            header: `in trial ${firstViolated}`,
            cells: shown.map(({ inFirstViolated = 0 }) => whole(inFirstViolated)),
          },
        ]),
  ];
  const figures = [-1, ...shown.keys()].map((row) =>
    columns
      .map(({ header, cells }) => {
        const widest = Math.max(textWidth(header), ...cells.map(textWidth));
        return (row === -1 ? header : cells[row]!).padStart(widest);
      })
      .join(GAP),
  );
  const room = width - MARGIN.length - GAP.length - textWidth(figures[0]!);
  const texts = [
    'answer',
    ...shown.map(({ label, text }) => cutTo(`${label} ${text}`.replace(/\s+/g, ' ').trim(), room)),
  ];
  const widest = Math.max(...texts.map(textWidth));
  const rows = texts.map((text, row) => {
    const padding = ' '.repeat(widest - textWidth(text));
    return `${MARGIN}${text}${padding}${GAP}${figures[row]}`;
  });
  const rest = answers.length - shown.length;
  return rest === 0 ? rows : [...rows, `${MARGIN}and ${plural(rest, 'more kind')} of answers`];
}
