import type { ContractTypes } from '../core/contract.js';
import type {
  History,
  HistoryEvent,
  InvokeEvent,
  NoteEvent,
  Operation,
  OperationError,
} from '../core/history.js';

/** What is wrong with a list of events that no run can have produced: one sentence each, all of them at once. */
export class HistoryError extends Error {
  override readonly name = 'HistoryError';
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    super(`This is no history:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
    this.problems = problems;
  }
}

type PlacedNote = NoteEvent & { readonly index: number };

/** An operation while its events are read. */
interface Draft {
  readonly invoke: InvokeEvent;
  readonly invokeIndex: number;
  readonly notes: PlacedNote[];
  completeIndex: number | undefined;
}

/**
 * Pairs events to operations, in the order of their invocations, each with its notes. Linear.
 *
 * An operation without a completion is `info` with the code `unfinished`. An `info` may still be at work after its
 * completion, so later notes of its process are its own; a note of a process with no such operation (a background
 * worker, or something left running after the answer) stays an event only.
 *
 * Throws HistoryError on a completion without an invocation, of another operation than the one open, or before it in
 * time; on two operations of one process at once; and on an operation of a process that ended in `info`. Inputs and
 * outputs are taken as they stand: whether they fit the contract is checked where they come in.
 */
export function pairOperations<C extends ContractTypes>(events: readonly HistoryEvent[]): Operation<C>[] {
  const drafts: Draft[] = [];
  const latestOfProcess = new Map<number, Draft>();
  const problems: string[] = [];

  events.forEach((event, index) => {
    const latest = latestOfProcess.get(event.process);
    const open = latest?.completeIndex === undefined ? latest : undefined;
    if (event.type === 'invoke') {
      if (open) {
        problems.push(
          `${placeOf(event, index)} invokes "${event.f}" while its "${open.invoke.f}" of event ${open.invokeIndex} is open.`,
        );
      } else if (latest && endedInInfo(latest, events)) {
        problems.push(
          `${placeOf(event, index)} invokes "${event.f}" after an info; a client goes on as a new process.`,
        );
      }
      const draft: Draft = { invoke: event, invokeIndex: index, notes: [], completeIndex: undefined };
      drafts.push(draft);
      latestOfProcess.set(event.process, draft);
    } else if (event.type === 'note') {
      const owner = open ?? (latest && endedInInfo(latest, events) ? latest : undefined);
      owner?.notes.push({ ...event, index });
    } else if (!open) {
      problems.push(`${placeOf(event, index)} ends "${event.f}" (${event.type}), which it has not invoked.`);
    } else {
      if (open.invoke.f !== event.f) {
        problems.push(
          `${placeOf(event, index)} ends "${event.f}", but "${open.invoke.f}" of event ${open.invokeIndex} is open.`,
        );
      }
      if (!(event.timeNs >= open.invoke.timeNs)) {
        problems.push(
          `${placeOf(event, index)} ends at ${event.timeNs} ns what it began at ${open.invoke.timeNs} ns (event ${open.invokeIndex}).`,
        );
      }
      open.completeIndex = index;
    }
  });

  if (problems.length > 0) throw new HistoryError(problems);
  return drafts.map((draft) => finish<C>(draft, events));
}

/** A history from what one trial left: its events paired, the rest as it is. Throws HistoryError as `pairOperations` does. */
export function toHistory<C extends ContractTypes>(
  trial: Pick<History<C>, 'initial' | 'events' | 'final' | 'openTransactions'>,
): History<C> {
  const { initial, events, final, openTransactions } = trial;
  return { initial, events, operations: pairOperations<C>(events), final, openTransactions };
}

function placeOf({ process }: HistoryEvent, index: number): string {
  return `Event ${index}: process ${process}`;
}

function endedInInfo(draft: Draft, events: readonly HistoryEvent[]): boolean {
  return draft.completeIndex !== undefined && events[draft.completeIndex]?.type === 'info';
}

function finish<C extends ContractTypes>(draft: Draft, events: readonly HistoryEvent[]): Operation<C> {
  const { invoke, invokeIndex, notes, completeIndex } = draft;
  const completion = completeIndex === undefined ? undefined : events[completeIndex];
  const ended = completion?.type === 'note' || completion?.type === 'invoke' ? undefined : completion;
  const status = ended?.type ?? 'info';
  const operation = {
    f: invoke.f,
    input: invoke.value,
    client: invoke.client,
    process: invoke.process,
    invokeIndex,
    completeIndex,
    invokedNs: invoke.timeNs,
    completedNs: status === 'info' ? Infinity : ended?.timeNs,
    notes,
    span: ended?.span,
    status,
    ...(ended?.type === 'ok' ? { output: ended.value } : { error: ended?.error ?? unfinished(invoke) }),
  };
  return operation as unknown as Operation<C>;
}

function unfinished({ f }: InvokeEvent): OperationError {
  return { code: 'unfinished', message: `"${f}" had not ended when the history did` };
}
