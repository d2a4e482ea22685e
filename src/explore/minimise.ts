import { triedOut } from './carry-out.js';
import { following } from './choosers.js';
import type { Execution, System, Victims } from './execution.js';

/** A schedule that shows something, and who fails in each of its circles. */
export interface FoundSchedule {
  readonly clients: readonly number[];
  readonly victims: Victims;
}

/** What a smaller schedule is tried with. */
export interface Minimising<Result> {
  readonly system: System<Result>;
  /** Whether it still shows what is wanted. */
  readonly shows: (execution: Execution<Result>) => boolean;
  /** Asked before each run. */
  readonly isUp: () => boolean;
}

/** How often clients take turns. */
export function switchesOf(clients: readonly number[]): number {
  return clients.filter((client, place) => place > 0 && client !== clients[place - 1]).length;
}

/** Whether one schedule is easier to read: fewer changes from one client to another, then fewer steps. */
export function isSmaller(one: readonly number[], other: readonly number[]): boolean {
  const [left, right] = [switchesOf(one), switchesOf(other)];
  return left < right || (left === right && one.length < other.length);
}

/**
 * Makes a schedule smaller as long as it shows the same: brings the parts of a client together, one pair after the other.
 * Every candidate is run, since moving a step can change what comes after it. Stops when no candidate is smaller, or the
 * time is up.
 */
export async function minimised<Result>(
  found: FoundSchedule,
  { system, shows, isUp }: Minimising<Result>,
): Promise<FoundSchedule> {
  let best = found;
  for (let improved = true; improved;) {
    improved = false;
    for (const candidate of candidatesOf(best.clients)) {
      if (isUp()) return best;
      const execution = await triedOut(system, following(candidate), best.victims);
      if (execution === undefined) continue;
      const clients = execution.transitions.map(({ client }) => client);
      if (!isSmaller(clients, best.clients) || !shows(execution)) continue;
      best = { ...best, clients };
      improved = true;
      break;
    }
  }
  return best;
}

/** Every schedule that is this one with one part of a client moved to the part of it before, or the one after. */
function candidatesOf(clients: readonly number[]): readonly (readonly number[])[] {
  const parts: number[][] = [];
  for (const client of clients) {
    const last = parts.at(-1);
    if (last?.[0] === client) last.push(client);
    else parts.push([client]);
  }
  const candidates: number[][] = [];
  parts.forEach((part, index) => {
    const before = parts.findLastIndex(([client], place) => place < index && client === part[0]);
    if (before < 0) return;
    const rest = parts.filter((_, place) => place !== index);
    // With the earlier part, and the earlier part with this one.
    candidates.push(rest.flatMap((other, place) => (place === before ? [...other, ...part] : other)));
    candidates.push(
      parts.flatMap((other, place) =>
        place === before ? [] : place === index ? [...parts[before]!, ...part] : other,
      ),
    );
  });
  return candidates.sort((one, other) => switchesOf(one) - switchesOf(other));
}
