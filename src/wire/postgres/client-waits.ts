import type { Admin } from '../../stores/postgres/admin.js';
import type { Answer } from './answers.js';
import { circleTold, DEADLOCK } from './deadlock-victim.js';
import type { Line } from './line.js';
import { waitingFor } from './waiting.js';

/** A session that should have said that it waits, and did not, waits all the same. */
const TOLD_BY_THEN_MS = 100;

/** Of the clients of these lines, whose released step waits inside the server for another one of them: see `StepWire.blocked`. */
export async function blockedAmong(
  lines: readonly Line[],
  admin: Admin,
): Promise<ReadonlyMap<number, readonly number[]>> {
  const ready = lines.filter(({ connection }) => connection.isReady);
  if (!ready.some(({ isOnItsWay }) => isOnItsWay)) return new Map();
  const lineOf = new Map(ready.map((line) => [line.connection.state.processId, line]));
  const waiting = await waitingFor(admin, [...lineOf.keys()]);
  const found = new Map<number, number[]>();
  for (const [pid, { blockers, sinceMs }] of waiting) {
    const line = lineOf.get(pid);
    if (line === undefined || !line.isOnItsWay) continue;
    // Not before it has looked for a deadlock: until then it may still find the circle that somebody else closes.
    if (line.tellsWaits && !line.waits && sinceMs !== undefined && sinceMs < TOLD_BY_THEN_MS) continue;
    const others = blockers.flatMap((blocker) => lineOf.get(blocker)?.client ?? []);
    found.set(line.client, [...(found.get(line.client) ?? []), ...others]);
  }
  return found;
}

/** The clients of a deadlock, as the answer to the one that failed tells, in ascending order. None where it tells of none. */
export function circleOf(
  { errorCode, errorDetail = '' }: Answer,
  lines: ReadonlySet<Line>,
): readonly number[] {
  if (errorCode !== DEADLOCK) return [];
  const told = circleTold(errorDetail);
  const inIt = [...lines].filter(({ connection }) => told.includes(connection.state.processId ?? 0));
  return [...new Set(inIt.map(({ client }) => client))].sort((one, other) => one - other);
}
