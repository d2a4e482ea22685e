import type { TestCase, TestRun } from './test-suites.js';

/** GitHub shows ten annotations of a level for each step; the job's summary has them all. */
const SHOWN_OF_A_LEVEL = 10;

const LEVELS = ['error', 'warning', 'notice'] as const;
type Level = (typeof LEVELS)[number];

/**
 * Workflow commands that GitHub turns into annotations: an error for what fails the job, a warning for what is safe and
 * gives up, a notice for what was skipped. `placeOf` gives the path within the repository of a user's file.
 * Source: GitHub Docs, Workflow commands for GitHub Actions.
 */
export function renderGithub(run: TestRun, placeOf: (file: string) => string = (file) => file): string {
  const all = run.suites.flatMap((suite) =>
    suite.cases.flatMap((one) => {
      const level = levelOf(one);
      return level === undefined ? [] : [{ level, line: command(level, suite.name, one, placeOf) }];
    }),
  );
  const lines = LEVELS.flatMap((level) => {
    const same = all.filter((one) => one.level === level).map(({ line }) => line);
    return same.slice(0, SHOWN_OF_A_LEVEL);
  });
  return lines.map((line) => `${line}\n`).join('');
}

function levelOf({ outcome, message }: TestCase): Level | undefined {
  if (outcome === 'passed') return message === undefined ? undefined : 'warning';
  return outcome === 'skipped' ? 'notice' : 'error';
}

function command(
  level: Level,
  suite: string,
  { name, message = '', details, file }: TestCase,
  placeOf: (file: string) => string,
): string {
  const properties = [
    ...(file === undefined ? [] : [`file=${escapedProperty(placeOf(file))}`]),
    `title=${escapedProperty(`race-check ${suite}: ${name}`)}`,
  ];
  return `::${level} ${properties.join(',')}::${escapedMessage([message, ...details].join('\n'))}`;
}

function escapedMessage(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapedProperty(text: string): string {
  return escapedMessage(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
