import type { ContractTypes } from '../core/contract.js';
import type { ViolatedTrial } from '../engine/run-target.js';
import { writeHistory } from '../report/history-writer.js';
import { redactDeep } from '../report/redact.js';
import type { Report } from '../report/report.js';

/** The text of each violated target's `history.jsonl`: its first violated trial, which stands alone. By target. */
export function recordedHistories(
  { scenario, seed }: Report,
  violations: ReadonlyMap<string, ViolatedTrial<ContractTypes>>,
): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  for (const [target, { trial, start, history }] of violations) {
    const { initial, events, final, openTransactions } = isApi(target) ? redactDeep(history) : history;
    const header = {
      contract: scenario.contract,
      scenario: scenario.name,
      parameters: scenario.parameters,
      initial,
      target,
      seed,
      trial: trial + 1,
      start,
    };
    texts.set(target, writeHistory({ header, events, final, openTransactions }));
  }
  return texts;
}

/** What an API answers may hold tokens, which are no part of the evidence. */
function isApi(target: string): boolean {
  return target.startsWith('http/');
}
