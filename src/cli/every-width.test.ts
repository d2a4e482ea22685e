import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { ExploredTarget, ExploreReport } from '../report/explore-report.js';
import { renderExplore } from '../report/explore-terminal.js';
import type { Matrix } from '../report/matrix-report.js';
import { matrix } from '../report/matrix.fixture.js';
import { renderMatrix } from '../report/matrix-terminal.js';
import { createProgress } from '../report/progress.js';
import { mapStrings } from '../report/redact.js';
import { fixtures, gateHolds, holding } from '../report/report.fixture.js';
import type { JudgedTarget, Report } from '../report/report.js';
import { renderTerminal } from '../report/terminal.js';
import { textWidth } from '../report/text-width.js';
import type { HistoryJudgement } from '../session/judge-history.js';
import { historyText } from './check-command.js';
import { listText } from './list-command.js';
import { detailsText } from './list-details.js';
import { thresholdText } from './judge-command.js';

/** What a name of a user's, a figure or a text may be at its worst. */
const LONG_NAMES: Readonly<Record<string, string>> = {
  'as they are': '',
  'of sixty letters': 'x'.repeat(60),
  'of sixty letters and dashes': 'a-rather-long-name-of-a-strategy-that-somebody-has-thought-of',
  'in Chinese': '先讀取庫存再寫回的策略名稱非常非常長而且沒有任何空格或連字號的名稱示例甲乙丙',
  'of emoji': '🚲🛒🧾💥🔒🔓🎟️🪑🚌📦'.repeat(4),
};

/** Every number at its widest: times of minutes, a million operations a second, client 249. */
function wide(target: JudgedTarget): JudgedTarget {
  const latencyMs = { min: 1, p50: 12_345.678, p95: 99_999.5, p99: 123_456.789, max: 1e6 };
  return {
    ...target,
    trials: { planned: 1_000_000, run: 999_999, counted: 123_456, violated: 99_999, undecided: 12_345 },
    rate: { lower: 0.000_012, upper: 0.000_345 },
    tally: Object.fromEntries(
      Object.keys(target.tally).map((name) => [name, { min: -123_456, median: 0.5, max: 999_999.5 }]),
    ),
    operations: { ok: 1_234_567, fail: 1_234_567, info: 1_234_567 },
    counts: { retry: 12_345_678, deadlock: 1_234_567, reconnect: 999, 'early-answer': 12_345 },
    errors: { '40001': 1_234_567, timeout: 12 },
    gaveUp: { failed: 1_234_567, refused: 1_234_567, operations: 9_999_999 },
    latencyMs,
    opsPerSecond: 1_000_000,
    firstRequestSpreadMs: { median: 12_345.6, max: 99_999.9 },
    arrivalSpreadMs: { median: 12_345.6, max: 99_999.9 },
    overlap: { interleavedPairs: 999_999_999, possiblePairs: 999_999_999 },
    load: [1, 2].map((trial) => ({
      ...{ trial, requests: 123_456_789, seconds: 123_456.78, requestsPerSecond: 1_000_000 },
      latencyMs: { p50: 12_345.678, p97_5: 99_999.999, p99: 123_456.789 },
    })),
    answers: Array.from({ length: 20 }, (_, place) => ({
      ...{ label: 'connection-lost', text: `{"error":"${'no '.repeat(60)}","left":${place}}` },
      ...{ count: 12_345_678, trials: 999_999, inFirstViolated: 10_000 },
    })),
    findings: target.findings.map((finding) => ({
      ...finding,
      trial: 999_999,
      witness: Array.from({ length: 12_345 }, (_, place) => place),
      witnessEvents: (finding.witnessEvents ?? []).map((event) => ({
        ...event,
        timeMs: 123_456.789,
        client: 249,
        text: `${event.text} note="${'a long word '.repeat(20)}"`,
      })),
    })),
  };
}

/** A report with these names in the place of its targets', its scenario's and its stores'. */
function named<Source extends Report | Matrix | ExploreReport>(source: Source, name: string): Source {
  if (name === '') return source;
  const replaced = /\bfor-update\b|\bnaive\b|\bflash-sale\b|\bPostgreSQL\b|\border-set\b|\bcheckout\b/g;
  return mapStrings<Source>(source, (text) => text.replaceAll(replaced, name));
}

const reports = Object.entries({
  ...fixtures,
  load: { ...gateHolds, plan: { ...gateHolds.plan, engine: 'autocannon', processes: 12 } },
  burst: { ...gateHolds, targets: [holding('http/my-shop', 1, { verdict: 'inconclusive' })] },
} satisfies Record<string, Report>).flatMap(([what, report]) => [
  [what, report] as const,
  [`${what}, at its widest`, widened(report)] as const,
]);

function widened(report: Report): Report {
  return {
    ...report,
    budget: { totalMs: 86_399_000, usedMs: 86_399_000 },
    targets: report.targets.map((target) => (target.outcome === 'judged' ? wide(target) : target)),
  };
}

const explored: ExploredTarget = {
  ...{ outcome: 'explored', id: 'postgres/naive', role: 'named', summary: '', verdict: 'violated' },
  ...{ reasons: [], search: { kind: 'exhaustive', reduce: true }, clients: 3, workers: 4 },
  schedules: {
    ...{ run: 1_234_567, redundant: 12_345, repeated: 12_345, violated: 1_234_566, gaveUp: 12_345 },
    standFor: { all: '123456789012345678901234567890', violated: '123456789012345678901234567890' },
  },
  ...{ isExhaustive: true, isFair: true, cut: ['a client that repeated itself was held back'] },
  ...{ ends: 123_456, steps: { fewest: 1, most: 99_999 }, victimChosenBy: 'server' },
  ...{ findings: [], searchMs: 1e9, elapsedMs: 1e9 },
  counterexample: {
    schedule: { clients: [0, 1, 2, 3], absent: [1], trace: [] },
    rows: [0, 1, 2, 3, 4, 5, 6].map((client) => ({
      client,
      request: `update "${'wide'.repeat(30)}" set stock = 123456789 where id = 1`,
      answer: 'UPDATE 1: '.padEnd(200, 'row '),
      also: [{ client: 0, answer: 'error 40P01: deadlock detected' }],
    })),
    finding: {
      ...{ anomaly: 'lost-update', grade: 'violation', message: 'Buyers 0 and 1 both read stock = 1.' },
      ...{ expected: '1', observed: '2', witness: [] },
    },
    ...{ provedAt: 5, doomedAt: 2, switches: 123_456 },
    replayed: {
      ...{ times: 10_000, reproduced: 9_999 },
      divergence: { step: 12_345, expected: `select ${'x'.repeat(90)}`, came: 'COMMIT' },
    },
  },
};
const exploration: ExploreReport = {
  ...{ schema: 1, kind: 'explore', version: '', runId: '', startedAt: '', finishedAt: '' },
  ...{ interrupted: true, seed: '7f3a91', timeoutMs: 1, environment: gateHolds.environment },
  scenario: { ...gateHolds.scenario, parameters: { clients: 2 }, clientsAre: 'buyers' },
  plan: { search: explored.search, budgetMs: 1, command: 'gate' },
  targets: [
    explored,
    { ...explored, id: 'postgres/for-update', verdict: 'holds', counterexample: undefined },
    { ...explored, id: 'postgres/read-committed', verdict: 'inconclusive', reasons: ['it was interrupted'] },
    ...gateNotRun(),
  ],
  ...{ verdict: 'violated', exitCode: 0 },
};

function gateNotRun(): ExploreReport['targets'] {
  return fixtures['gateNotRun']!.targets.filter((target) => target.outcome !== 'judged');
}

const event = (place: number) => ({
  ...{ index: 12_345 + place, timeMs: 123_456.789, client: 249 },
  text: 'checkout buyer=249 cart=[productId=1 quantity=1]',
});
const judgement = {
  kind: 'judged',
  ...{ verdict: 'violated', reasons: ['nothing overlapped'], header: undefined, parameters: {} },
  operations: { ok: 123_456, fail: 123_456, info: 123_456 },
  findings: ['violation', 'interesting'].map((grade) => ({
    ...{ anomaly: 'lost-update', grade, message: 'Buyers 4 and 9 both read stock = 17 and both wrote 16.' },
    ...{ expected: 'left + ordered = 20', observed: '14 left + 33 ordered = 47', witness: [1, 2] },
    witnessEvents: [event(0), event(1)],
  })),
} as unknown as Extract<HistoryJudgement, { kind: 'judged' }>;

const WIDTHS = [60, 80, 100, ...Array.from({ length: 33 }, (_, place) => 40 + 5 * place)];
/** With other names a few of them: a table is laid out anew for each. */
const FEW_WIDTHS = [40, 60, 80, 101, 160];
/** A report has at least so many columns: a narrower table says nothing. */
const NARROWEST = 60;

/** Lines that are wider than was asked for, but for commands, which are there to be copied whole. */
function tooWide(text: string, width: number): readonly string[] {
  return stripVTControlCharacters(text)
    .split('\n')
    .filter((line) => textWidth(line) > width && !/^(Next:| {5}) race-check /.test(line));
}

describe.each(Object.entries(LONG_NAMES))('with names %s', (_, name) => {
  const widths = name === '' ? WIDTHS : FEW_WIDTHS;

  it.each(reports)('no line of a report is wider than the terminal: %s', (_what, report) => {
    const written = { folder: `reports/${name}/x`, latest: 'reports/latest' };
    const source = named(report, name);
    for (const width of widths) {
      const text = renderTerminal(source, { width, colour: width % 2 === 0, written });
      expect({ width, lines: tooWide(text, Math.max(NARROWEST, width)) }).toEqual({ width, lines: [] });
    }
  });

  it('nor one of a matrix', () => {
    for (const width of widths) {
      const text = renderMatrix(named(matrix, name), { width, colour: false });
      expect({ width, lines: tooWide(text, Math.max(NARROWEST, width)) }).toEqual({ width, lines: [] });
    }
  });

  it('nor one of an exploration', () => {
    for (const width of widths) {
      const written = { folder: 'reports/x', latest: 'reports/latest' };
      const text = renderExplore(named(exploration, name), { width, colour: false, typed: 'x', written });
      expect({ width, lines: tooWide(text, Math.max(NARROWEST, width)) }).toEqual({ width, lines: [] });
    }
  });

  it('nor one of a history that is checked, and of a list', () => {
    const listed = [
      {
        contract: 'checkout',
        scenarios: [{ name: name || 'flash-sale', summary: 'More buyers than units.' }],
        targets: [
          {
            id: `postgres/${name}`,
            summary: 'Reads, and then writes an absolute value.',
            prevents: 'Nothing.',
            costs: 'Nothing.',
            source: 'Berenson et al., A Critique of ANSI SQL Isolation Levels, SIGMOD 1995',
            expectations: { 'flash-sale': 'violated' as const },
          },
        ],
      },
    ];
    const thresholds = [
      {
        metric: `race_check_answer{name:${name}}`,
        expression: 'p(99)<=1',
        outcome: 'crossed',
        value: 1e7 / 3,
      },
    ] as const;
    for (const width of widths) {
      const text = `${historyText(`${name}.jsonl`, judgement, width)}${thresholdText(thresholds, width)}${listText(listed, width)}${detailsText(listed, width)}`;
      expect({ width, lines: tooWide(text, width) }).toEqual({ width, lines: [] });
    }
  });

  it('nor one of the progress on a terminal, which would begin a second line', () => {
    for (const columns of widths) {
      const lines: string[] = [];
      const stream = {
        columns,
        write: (chunk: string) => lines.push(...chunk.split(/[\r\n]/).map(stripVTControlCharacters)),
      };
      let timeMs = 0;
      const progress = createProgress({ stream, isTty: true, quiet: false, now: () => timeMs });
      progress.targetStarted(`12/34 ${name}`, 'control', 1_000_000);
      timeMs += 7_200_000;
      progress.trialDone(999_999, 123_456);
      expect(lines.filter((line) => textWidth(line) >= columns)).toEqual([]);
    }
  });
});
