import type { HistoryEvent } from '../core/history.js';

/** An event with the line that it stands on. */
export interface PlacedEvent {
  readonly line: number;
  readonly event: HistoryEvent;
}

/**
 * What is wrong with the order of events, one sentence each with its line: time that runs backwards, an end without a
 * beginning, two operations of one process at a time, an operation of a process that is lost after an `info`.
 * An operation that never ends is allowed: it may have happened.
 */
export function orderProblems(events: readonly PlacedEvent[]): string[] {
  const problems: string[] = [];
  const open = new Map<number, { line: number; f: string }>();
  const lost = new Map<number, number>();
  let previous: PlacedEvent | undefined;
  for (const placed of events) {
    const { line, event } = placed;
    const say = (problem: string) => problems.push(`line ${line}: ${problem}`);
    if (previous !== undefined && event.timeNs < previous.event.timeNs) {
      say(
        `expected events in the order of time; timeNs is ${event.timeNs} after ${previous.event.timeNs} on line ${previous.line}`,
      );
    }
    previous = placed;
    if (event.type === 'note') continue;
    const { process, f } = event;
    const begun = open.get(process);
    if (event.type === 'invoke') {
      const lostAt = lost.get(process);
      if (begun !== undefined) {
        say(
          `process ${process} invokes ${f} while its ${begun.f} of line ${begun.line} has not ended; a process has one operation at a time`,
        );
      } else if (lostAt !== undefined) {
        say(
          `process ${process} invokes ${f} after its info of line ${lostAt}; expected a new process number after an info`,
        );
      }
      open.set(process, { line, f });
      continue;
    }
    if (begun === undefined) say(`${event.type} of process ${process} ends ${f}, which it never invoked`);
    else if (begun.f !== f) {
      say(`${event.type} of process ${process} ends ${f}, but line ${begun.line} invoked ${begun.f}`);
    }
    open.delete(process);
    if (event.type === 'info') lost.set(process, line);
  }
  return problems;
}
