import { anomalyName } from '../core/anomaly.js';
import type { Matrix, MatrixCell } from './matrix-report.js';
import { TIGHT_SPACE } from './numbers.js';
import { mapStrings, redact } from './redact.js';
import type { Gate, JudgedTarget, Report, ReportTarget } from './report.js';
import { full, interesting } from './target-sentence.js';
import { strictnessOf, testOutcome, type TestOutcome } from './test-outcome.js';
import { printable } from './text-width.js';
import { isJudged, shortfallWords } from './words.js';
import { witnessLines } from './witness-table.js';

/** A run in the words of test reports: one suite a scenario, one case a target and one a limit. Controls are no cases. */
export interface TestRun {
  readonly startedAt: string;
  readonly suites: readonly TestSuite[];
}

export interface TestSuite {
  readonly name: string;
  readonly contract: string;
  readonly properties: readonly (readonly [name: string, value: string])[];
  /** Wall time, where it was measured for this suite alone. */
  readonly seconds?: number;
  readonly cases: readonly TestCase[];
}

export interface TestCase {
  readonly name: string;
  readonly outcome: TestOutcome;
  /** One sentence; of a case that passed, what is worth a look all the same. */
  readonly message?: string;
  /** What proves it, a line each. */
  readonly details: readonly string[];
  readonly seconds?: number;
  /** The user's file, as it was named. */
  readonly file?: string;
}

const GATE_OUTCOME = { passed: 'passed', failed: 'failed', 'no-evidence': 'inconclusive' } as const;
const WITNESS_WIDTH = 160;

export function suitesOfReport(source: Report): TestRun {
  const report = plainly(source);
  const { scenario, startedAt, finishedAt } = report;
  const strictness = strictnessOf(report.plan);
  const cases = [
    ...report.targets
      .filter(({ role }) => role === 'named')
      .map((target) => caseOf(report, target, testOutcome(target, report.command, strictness))),
    ...(report.gates ?? []).map(gateCase),
  ];
  const suite = {
    name: scenario.name,
    contract: scenario.contract,
    properties: propertiesOf(report),
    seconds: (Date.parse(finishedAt) - Date.parse(startedAt)) / 1_000,
    cases: [...cases, ...theRunItself(report, cases)],
  };
  return { startedAt, suites: [suite] };
}

export function suitesOfMatrix(source: Matrix): TestRun {
  const matrix = plainly(source);
  const strictness = strictnessOf(matrix.plan);
  const suites = matrix.contracts.flatMap(({ scenarios }) =>
    scenarios.map(({ targets, ...scenario }): TestSuite => {
      // The sentences about a target are those of a comparison.
      const report: Report = { ...matrix, command: 'compare', scenario, targets, verdict: null };
      const cases = targets
        .filter(({ role }) => role === 'named')
        .map((cell) => ({
          ...caseOf(report, cell, testOutcome(cell, 'compare', strictness)),
          ...secondsOf(cell),
        }));
      return { name: scenario.name, contract: scenario.contract, properties: propertiesOf(report), cases };
    }),
  );
  const all = suites.flatMap(({ cases }) => cases);
  const [first, ...rest] = suites;
  if (first === undefined) return { startedAt: matrix.startedAt, suites };
  const withRun = { ...first, cases: [...first.cases, ...theRunItself(matrix, all)] };
  return { startedAt: matrix.startedAt, suites: [withRun, ...rest] };
}

/** Without passwords, control characters and line breaks inside a sentence. */
function plainly<T>(source: T): T {
  return mapStrings(source, (text) => redact(printable(text)));
}

function caseOf(report: Report, target: ReportTarget, outcome: TestOutcome): TestCase {
  const text = full(report, target).text.replaceAll(TIGHT_SPACE, ' ');
  const isRemarkable = outcome !== 'passed' || (isJudged(target) && isInteresting(target));
  return {
    name: target.id,
    outcome,
    ...(isRemarkable ? { message: text.replace(/^- /, '') } : {}),
    details: outcome === 'failed' && isJudged(target) ? proof(target) : [],
    ...(target.file === undefined ? {} : { file: target.file }),
  };
}

function isInteresting(target: JudgedTarget): boolean {
  return (
    target.verdict === 'holds' && (shortfallWords(target) !== undefined || interesting(target).length > 0)
  );
}

function proof({ findings }: JudgedTarget): readonly string[] {
  return findings
    .filter(({ grade }) => grade === 'violation')
    .flatMap((finding) => [
      `${anomalyName(finding.anomaly)}: ${finding.message}`,
      `  expected  ${finding.expected}`,
      `  observed  ${finding.observed}`,
      ...witnessLines(finding, WITNESS_WIDTH),
    ]);
}

function gateCase({ kind, target, outcome, message }: Gate): TestCase {
  const name = `${target} ${kind}`;
  const passed = outcome === 'passed';
  return { name, outcome: GATE_OUTCOME[outcome], ...(passed ? {} : { message }), details: [] };
}

/**
 * A failure of the run that no case shows: it was interrupted, or every target was skipped. A test report must not be green
 * where the exit code is not 0.
 */
function theRunItself(
  { exitCode, interrupted }: Pick<Report, 'exitCode' | 'interrupted'>,
  cases: readonly TestCase[],
): readonly TestCase[] {
  const isShown = cases.some(({ outcome }) => outcome !== 'passed' && outcome !== 'skipped');
  if (exitCode === 0 || (isShown && !interrupted)) return [];
  const message = interrupted
    ? 'The run was interrupted: these are partial results.'
    : 'Nothing was judged: every target was skipped.';
  return [{ name: 'the run', outcome: 'could-not-run', message, details: [] }];
}

function propertiesOf({ scenario, plan, seed, version, environment }: Report): TestSuite['properties'] {
  const stores = Object.values(environment.stores).map(({ description }) => description);
  return [
    ['race-check', version],
    ['scenario', scenario.description],
    ['seed', seed],
    ['trials', String(plan.trials)],
    ['confidence', String(plan.confidence)],
    ['stores', stores.join(', ')],
    ['node', environment.node],
    ['platform', environment.platform],
  ];
}

function secondsOf(cell: MatrixCell): Pick<TestCase, 'seconds'> {
  return cell.outcome === 'judged' && cell.time !== undefined ? { seconds: cell.time.usedMs / 1_000 } : {};
}
