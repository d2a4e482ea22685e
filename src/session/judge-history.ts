import { toHistory, HistoryError } from '../checkers/history.js';
import { runAllCheckers } from '../checkers/run-checkers.js';
import type { Finding } from '../core/checker.js';
import type { ContractTypes } from '../core/contract.js';
import type { HistoryEvent, Operation } from '../core/history.js';
import type { VerdictKind } from '../core/verdict.js';
import { measureOverlap } from '../engine/overlap.js';
import { contractProblems, readHistory, type HistoryHeader } from '../report/history-file.js';
import type { WitnessEvent } from '../report/report.js';
import { witnessEvents } from '../report/witness-events.js';
import type { AnyScenario } from './choice.js';

/** What one history file says. */
export type HistoryJudgement =
  | {
      readonly kind: 'judged';
      /** Absent where the file was cut off in it. */
      readonly header?: HistoryHeader;
      readonly verdict: VerdictKind;
      readonly findings: readonly (Finding & { readonly witnessEvents: readonly WitnessEvent[] })[];
      /** Why it is inconclusive. */
      readonly reasons: readonly string[];
      readonly operations: { readonly ok: number; readonly fail: number; readonly info: number };
    }
  | { readonly kind: 'malformed'; readonly problems: readonly string[] };

/**
 * Judges a recorded history with the checkers of its scenario, without any store. `scenarioOf` finds the scenario that
 * the header names. A file that was cut off is inconclusive: what is missing may be what matters.
 */
export async function judgeHistory(
  text: string,
  scenarioOf: (header: HistoryHeader) => Promise<AnyScenario>,
): Promise<HistoryJudgement> {
  const read = readHistory(text);
  if (read.kind === 'malformed') return read;
  if (read.kind === 'truncated') {
    const { header, events, reason } = read;
    const operations = countOfCut(events);
    return {
      kind: 'judged',
      ...(header && { header }),
      verdict: 'inconclusive',
      findings: [],
      reasons: [reason],
      operations,
    };
  }
  const { header, events, final, openTransactions } = read;
  const scenario = await scenarioOf(header);
  const problems = contractProblems(read, scenario.contract);
  if (problems.length > 0) return { kind: 'malformed', problems };
  try {
    const history = toHistory<ContractTypes>({ initial: header.initial, events, final, openTransactions });
    const { findings, crashed } = await runAllCheckers(scenario, history);
    const violated = findings.some(({ grade }) => grade === 'violation');
    const reasons = [
      ...(scenario.unjudged === undefined ? [] : [scenario.unjudged]),
      ...crashed,
      ...withoutEvidence(scenario, history.operations),
    ];
    return {
      kind: 'judged',
      header,
      verdict: violated ? 'violated' : reasons.length > 0 ? 'inconclusive' : 'holds',
      findings: findings.map((finding) => ({
        ...finding,
        witnessEvents: witnessEvents(events, finding.witness),
      })),
      reasons,
      operations: countOf(history.operations),
    };
  } catch (error) {
    if (error instanceof HistoryError) return { kind: 'malformed', problems: error.problems };
    throw error;
  }
}

/** A history in which nothing ran at the same time, or nothing was answered, shows nothing about races. */
function withoutEvidence(scenario: AnyScenario, operations: readonly Operation<ContractTypes>[]): string[] {
  if (!operations.some(({ status }) => status === 'ok')) return ['no operation in it was answered'];
  // A history from elsewhere may not know when its operations were at the store: then from call to answer.
  const spanned = operations.map((operation) => ({
    ...operation,
    span: operation.span ?? {
      firstRequestNs: operation.invokedNs,
      lastAnswerNs: operation.completedNs,
      requests: 0,
    },
  }));
  const { interleavedPairs } = measureOverlap(scenario.contract, spanned);
  return interleavedPairs > 0 ? [] : ['no two operations on the same thing overlapped in it'];
}

function countOf(operations: readonly Operation<ContractTypes>[]) {
  const of = (status: string) => operations.filter((operation) => operation.status === status).length;
  return { ok: of('ok'), fail: of('fail'), info: of('info') };
}

/** Up to where the file was cut off; what was not answered by then is not known. */
function countOfCut(events: readonly HistoryEvent[]) {
  const of = (type: string) => events.filter((event) => event.type === type).length;
  const [ok, fail] = [of('ok'), of('fail')];
  return { ok, fail, info: of('invoke') - ok - fail };
}
