import type { History, Operation } from '../core/history.js';
import type { Json } from '../core/json.js';
import type { Burst } from './contract.js';

type BurstOperation = Operation<Burst>;
type Answered = Extract<BurstOperation, { status: 'ok' }>;

/**
 * What is known of the answers of one burst, in the order of the clients.
 *
 * A request has a clear answer if it was answered with a status below 500. Any other may have happened or not: a server that
 * says 500 may have failed behind its commit. Smallest counterexample: two requests for one slot, the first one commits and
 * breaks down, so the answers are 500 and 409. To count one 200 too few would be to blame a race that was not there; to
 * count the 500 as refused would hide the one that is there where the answers are 200 and 500.
 */
export interface Answers {
  readonly answered: readonly Answered[];
  readonly unclear: readonly BurstOperation[];
  /**
   * Nothing can be at work any more. A request without an answer may be, and so may what is behind a gateway that answers 502
   * or 504.
   */
  readonly isSettled: boolean;
}

export function answersOf({ operations }: Pick<History<Burst>, 'operations'>): Answers {
  const inOrder = [...operations].sort((a, b) => a.client - b.client);
  const answered = inOrder.filter((operation) => operation.status === 'ok');
  return {
    answered,
    unclear: inOrder.filter((operation) => operation.status !== 'ok' || operation.output.status >= 500),
    isSettled: !inOrder.some(mayBeAtWork),
  };
}

const GATEWAY = [502, 504];

function mayBeAtWork(operation: BurstOperation): boolean {
  if (operation.status === 'ok') return GATEWAY.includes(operation.output.status);
  return operation.status === 'info';
}

/** What expressions speak of: every answer in the order of the clients, and what was asked for around the burst. */
export function documentOf(history: History<Burst>): Json {
  const { before, after } = history.final;
  return {
    answers: answersOf(history).answered.map(
      ({ client, input: { request }, output: { status, body, ms } }) => ({
        ...{ status, body, ms, client, request },
      }),
    ),
    ...(before === undefined ? {} : { before }),
    ...(after === undefined ? {} : { after }),
  };
}

/** The status of an answer, or why there is none: `200`, `timeout`. */
export function labelOf(operation: BurstOperation): string {
  return operation.status === 'ok' ? String(operation.output.status) : operation.error.code;
}

/** How many of each: `{ 200: 1, 409: 99 }`. */
export function countLabels(operations: readonly BurstOperation[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const operation of operations) {
    const label = labelOf(operation);
    counts[label] = (counts[label] ?? 0) + 1;
  }
  return counts;
}

/** `1 x 200, 99 x 409`. */
export function countedWords(operations: readonly BurstOperation[]): string {
  const counts = Object.entries(countLabels(operations));
  return counts.map(([label, count]) => `${count} x ${label}`).join(', ') || 'none';
}

/** Why answers are unclear, each reason once. */
export function unclearWords(unclear: readonly BurstOperation[]): string {
  return Object.keys(countLabels(unclear)).join(', ');
}
