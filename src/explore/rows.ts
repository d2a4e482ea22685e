import type { Finding } from '../core/checker.js';
import type { ContractTypes } from '../core/contract.js';
import type { Transition } from './execution.js';
import type { ScheduleRow } from './explored.js';
import type { ExploredTrial } from './explored-trial.js';

/** A schedule for people: a row for each step, with every answer in the row that brought it. */
export function rowsOf(transitions: readonly Transition[]): readonly ScheduleRow[] {
  return transitions.map(({ client, label, answered, waits }) => {
    const own = waits ? undefined : answered.find((one) => one.client === client);
    return {
      client,
      request: label,
      ...(waits ? {} : { answer: own?.label ?? '' }),
      also: answered.filter((one) => one !== own).map((one) => ({ client: one.client, answer: one.label })),
    };
  });
}

/**
 * The step during which the last event came that a finding rests on. Where the final state alone proves it, or its witness
 * ends with the answer to a client, that is the last step of the last client it names.
 */
export function provedAt(
  transitions: readonly Transition[],
  { history, startAtNs }: ExploredTrial<ContractTypes>,
  { witness }: Finding,
): number {
  const last = Math.max(...witness.map((index) => history.events[index]?.timeNs ?? 0));
  if (!Number.isFinite(last)) return transitions.length - 1;
  const place = transitions.findLastIndex(
    ({ atNs }) => atNs !== undefined && Number(atNs - startAtNs) <= last,
  );
  return place < 0 ? transitions.length - 1 : place;
}
