import { exact, percentAtMost, percentInterval, rough, whole } from './numbers.js';
import type { JudgedTarget, Report } from './report.js';
import { isApi, isJudged, plural, stoppedEarly, violatedOf } from './words.js';

/** One column of figures: a cell for each target, in order. */
export interface FigureColumn {
  readonly header: string;
  readonly cells: readonly string[];
  /** Where there is no room for all columns, the one with the highest rank goes first. */
  readonly rank: number;
}

const NOTHING = '-';

/**
 * Every column behind the verdict, in the order of the table; one that has nothing for any target is left out.
 * The first and the last of a tally tell most of it (ordered, left), then what a strategy costs.
 */
export function figureColumns(report: Report): readonly FigureColumn[] {
  const { targets } = report;
  const column = (header: string, rank: number, cell: (target: JudgedTarget) => string): FigureColumn => ({
    header,
    rank,
    cells: targets.map((target) => (isJudged(target) ? cell(target) : NOTHING)),
  });
  /** A column of nothing but zeros says nothing: it is the first to go. */
  const counted = (header: string, rank: number, value: (target: JudgedTarget) => number): FigureColumn => {
    const allZero = targets.every((target) => !isJudged(target) || value(target) === 0);
    return column(header, allZero ? rank + 20 : rank, (target) => whole(value(target)));
  };
  /** What code of a target counts: of an API nothing is known. */
  const countedInside = (header: string, rank: number, event: string): FigureColumn => {
    const { cells, ...rest } = counted(header, rank, ({ counts }) => counts[event] ?? 0);
    return { ...rest, cells: cells.map((cell, place) => (isApi(targets[place]!) ? NOTHING : cell)) };
  };
  const latency = (header: 'p50' | 'p95' | 'p99', rank: number) =>
    column(header, rank, ({ latencyMs }) => (latencyMs ? `${rough(latencyMs[header])} ms` : NOTHING));

  const names = tallyNames(report);
  const tallyRank = (place: number) => (place === 0 ? 1 : place === names.length - 1 ? 2 : 5 + place / 100);
  const columns = [
    column('violated', 0, violatedCell),
    column('rate', 6, rateCell),
    ...names.map((name, place) => column(name, tallyRank(place), tallyCell(name))),
    counted('failed', 7, ({ operations }) => operations.fail + operations.info),
    latency('p50', 3),
    latency('p95', 12),
    latency('p99', 9),
    column('ops/s', 4, ({ opsPerSecond }) => (opsPerSecond === undefined ? NOTHING : rough(opsPerSecond))),
    countedInside('retries', 8, 'retry'),
    countedInside('deadlocks', 10, 'deadlock'),
    idleInTransaction(targets.filter(isJudged), column),
    column('lock wait', 13, lockWaitCell),
    column('overlap', 11, ({ overlap }) => plural(overlap.interleavedPairs, 'pair')),
  ];
  return columns.filter(({ cells, rank }) => rank === 0 || cells.some((cell) => cell !== NOTHING));
}

/** Sessions that held a transaction after the last answer: shown only where there was one, as it ought not to be. */
function idleInTransaction(
  targets: readonly JudgedTarget[],
  column: (header: string, rank: number, cell: (target: JudgedTarget) => string) => FigureColumn,
): FigureColumn {
  const anySeen = targets.some(({ monitoring }) => monitoring.idleInTransaction > 0);
  return column('idle in tx', 2.5, ({ monitoring }) =>
    anySeen ? whole(monitoring.idleInTransaction) : NOTHING,
  );
}

/** The scenario's own order first; a target may count more. */
function tallyNames({ scenario, targets }: Report): readonly string[] {
  const names = new Set(targets.filter(isJudged).flatMap(({ tally }) => Object.keys(tally)));
  return names.size > 0 ? [...names] : Object.keys(scenario.expected);
}

function tallyCell(name: string): (target: JudgedTarget) => string {
  return ({ tally }) => {
    const spread = tally[name];
    if (spread === undefined) return NOTHING;
    const { min, max } = spread;
    if (min === max) return exact(min);
    return min < 0 ? `${exact(min)}..${exact(max)}` : `${exact(min)}-${exact(max)}`;
  };
}

function violatedCell(target: JudgedTarget): string {
  const { trials } = target;
  return stoppedEarly(target) ? `in trial ${trials.firstViolated}` : violatedOf(trials);
}

function rateCell({ trials, rate }: JudgedTarget): string {
  if (rate === undefined) return NOTHING;
  return trials.violated === 0 ? `< ${percentAtMost(rate.upper)}` : percentInterval(rate);
}

/** The longest: as the target's notes tell it, else what the server was seen to let wait, which may have lasted longer. */
function lockWaitCell({ monitoring: { lockWaits, serverLockWaits } }: JudgedTarget): string {
  if (lockWaits !== undefined) return `${rough(lockWaits.longestMs)} ms`;
  if (serverLockWaits === undefined) return NOTHING;
  return serverLockWaits.count === 0 ? 'none seen' : `≥ ${rough(serverLockWaits.longestMs)} ms`;
}
