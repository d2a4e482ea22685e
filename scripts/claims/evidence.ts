import { percentAtMost, rough, whole } from '../../src/report/numbers.js';
import type { JudgedTarget, Report, SkippedTarget } from '../../src/report/report.js';
import type { Finding, Verdict } from './claim.js';

/** A target's row, with the confidence of its bound. */
export type Row = JudgedTarget & { readonly confidence: number };

/** A claim cannot be judged because a store is not here. */
export class StoreMissing extends Error {
  override readonly name = 'StoreMissing';
  constructor(readonly skipped: SkippedTarget) {
    super(`${skipped.store}: ${skipped.reason} ${skipped.remedy}`);
  }
}

/** The row of a target that was named. Throws StoreMissing where it was skipped, and an Error where it could not run. */
export function rowOf(report: Report, id: string): Row {
  const row = report.targets.find((target) => target.id === id);
  if (row?.outcome === 'skipped') throw new StoreMissing(row);
  if (report === undefined || row?.outcome !== 'judged') {
    throw new Error(`${id} was not judged: ${JSON.stringify(row ?? 'it is not in the report')}`);
  }
  return { ...row, confidence: report.plan.confidence };
}

export function finding(verdict: Verdict, ...sentences: readonly string[]): Finding {
  return { verdict, evidence: sentences.filter((one) => one !== '').join('; ') };
}

/** It must hold, and nobody may give up: confirmed with its bound, or refuted by what was seen. */
export function mustHold(row: Row, remark = ''): Finding {
  if (row.verdict === 'violated') return finding('refuted', violationOf(row));
  if (row.verdict === 'inconclusive') return inconclusive(row);
  return row.gaveUp ? finding('refuted', givenUp(row), remark) : finding('confirmed', boundOf(row), remark);
}

/** It must be caught, for one of these if any are named: confirmed by the violation; refuted where it holds. */
export function mustBeCaught(row: Row, anomalies: readonly string[] = [], remark = ''): Finding {
  if (isCaught(row, anomalies)) return finding('confirmed', violationOf(row, anomalies), remark);
  if (row.verdict === 'holds') return finding('refuted', boundOf(row), remark);
  return row.verdict === 'violated'
    ? finding('refuted', `it fails in another way: ${violationOf(row)}`)
    : inconclusive(row);
}

export function isCaught(row: Row, anomalies: readonly string[] = []): boolean {
  return anomalies.length === 0
    ? row.verdict === 'violated'
    : anomalies.some((anomaly) => hasFound(row, anomaly));
}

export function hasFound({ findings }: Row, anomaly: string): boolean {
  return findings.some((one) => one.anomaly === anomaly);
}

/** What the claim is about did not happen, so that nothing can be said about it. */
export function didNotHappen(row: Row): Finding {
  return row.verdict === 'holds'
    ? finding('not settled here', `it did not come to it; ${boundOf(row)}`)
    : inconclusive(row);
}

export function inconclusive({ id, reasons }: Row): Finding {
  return finding('not settled here', `${id} is inconclusive: ${reasons.join(', ')}`);
}

/** `mongodb/inc: 0 of 29 trials violated, so fewer than 9.9 % at 95 %`. */
export function boundOf({ id, trials, rate, confidence }: Row): string {
  const upper = plain(percentAtMost(rate?.upper ?? 1));
  return `${id}: 0 of ${whole(trials.counted)} trials violated, so fewer than ${upper} of such trials at ${confidence * 100} %`;
}

/** `postgres/naive, trial 1: 33 orders for 20 units`; with the count of trials where all of them ran. */
export function violationOf(row: Row, anomalies: readonly string[] = []): string {
  const { id, findings, trials, rate } = row;
  const seen =
    findings.find(({ anomaly }) => anomalies.includes(anomaly)) ??
    findings.find(({ grade }) => grade === 'violation');
  const where =
    rate === undefined
      ? `trial ${trials.firstViolated ?? seen?.trial ?? 1}`
      : `${trials.violated} of ${trials.counted} trials`;
  return `${id}, ${where}: ${(seen?.message ?? 'violated').replace(/\.$/, '')}`;
}

/** `mongodb/inc-transaction: safe, but 479 of 500 operations failed (479 times 112)`. */
export function givenUp({ id, gaveUp, errors }: Row): string {
  if (gaveUp === undefined) return `${id}: nobody gave up`;
  const { failed, refused, operations } = gaveUp;
  const codes = Object.entries(errors).map(([code, times]) => `${whole(times)} times ${code}`);
  const parts = [
    failed > 0 ? `${whole(failed)} failed (${codes.join(', ')})` : '',
    refused > 0 ? `${whole(refused)} were refused for nothing` : '',
  ].filter((part) => part !== '');
  return `${id}: of ${whole(operations)} operations ${parts.join(' and ')}`;
}

/** How often an error came. */
export function errorsOf({ errors }: Row, code: string): number {
  return errors[code] ?? 0;
}

/** A number of the tally; 0 where it was never counted. */
export function tallied({ tally }: Row, name: string): { min: number; median: number; max: number } {
  return tally[name] ?? { min: 0, median: 0, max: 0 };
}

/** `20`, or `4 to 19`. */
export function rangeOf(row: Row, name: string): string {
  const { min, max } = tallied(row, name);
  return min === max ? whole(min) : `${whole(min)} to ${whole(max)}`;
}

/** Half of the answers, and all but a hundredth, in milliseconds. */
export function latencyOf({ latencyMs }: Row): { p50: number; p99: number } {
  return { p50: latencyMs?.p50 ?? NaN, p99: latencyMs?.p99 ?? NaN };
}

/** `24 ms`. */
export function ms(value: number): string {
  return `${rough(value)} ms`;
}

export const STAND_IN_TIMES = "what a stand-in takes says nothing about MongoDB's time";

/** Whether what speaks MongoDB's protocol here is something else, whose speed and rates are not MongoDB's. */
export function isStandIn({ environment }: Report): boolean {
  const server = environment.stores['mongodb'];
  return server !== undefined && server['product'] !== 'MongoDB';
}

/** `SecantusDB 0.7.0b3`: of the stores on which the named targets ran, in short. */
export function serversOf({ environment, targets }: Report): string[] {
  const own = new Set(targets.filter(({ role }) => role === 'named').map(({ id }) => id.split('/')[0]!));
  return Object.entries(environment.stores)
    .filter(([store]) => own.has(store))
    .map(([store, { description }]) =>
      store === 'memory' || store === 'file' ? store : description.split(/ \(|,/)[0]!,
    );
}

/** A space that keeps a number and its sign together in a terminal is a plain one in a file. */
function plain(text: string): string {
  return text.replaceAll('\u00a0', ' ');
}
