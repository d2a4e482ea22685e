import { shuffled } from '../engine/start-plan.js';
import type { Choose } from './execution.js';

/** Follows a schedule as far as it can; who cannot go is passed over, and where it ends the last client goes on. */
export function following(schedule: readonly number[]): Choose {
  let next = 0;
  return ({ place, enabled, before }) => {
    // From the beginning: the schedule is carried out again.
    if (place === 0) next = 0;
    while (next < schedule.length) {
      const client = schedule[next]!;
      next += 1;
      if (enabled.includes(client)) return { client };
    }
    const last = before.at(-1)?.client;
    return { client: last !== undefined && enabled.includes(last) ? last : enabled[0]! };
  };
}

/** Follows a schedule, then lets the clients go on in this order, each as far as it can. */
export function oneByOne(schedule: readonly number[], order: readonly number[]): Choose {
  const follow = following(schedule);
  return (point) => {
    if (point.place < schedule.length) return follow(point);
    const next = order.find((client) => point.enabled.includes(client));
    return { client: next ?? point.enabled[0]! };
  };
}

/** Every order of a few clients. */
export function ordersOf(clients: readonly number[]): readonly (readonly number[])[] {
  if (clients.length <= 1) return [clients];
  return clients.flatMap((first) =>
    ordersOf(clients.filter((client) => client !== first)).map((rest) => [first, ...rest]),
  );
}

/** Anybody who can go, each as likely. */
export function anybody(random: () => number): Choose {
  return ({ enabled }) => ({ client: enabled[Math.floor(random() * enabled.length)]! });
}

/**
 * Probabilistic concurrency testing: Burckhardt, Kothari, Musuvathi and Nagarakatte, A Randomized Scheduler with
 * Probabilistic Guarantees of Finding Bugs, ASPLOS 2010. Each client has a random priority, the highest goes; at `depth - 1`
 * random steps whoever would go falls below everybody else.
 */
export function byPriority(
  actors: number,
  { steps, depth }: { readonly steps: number; readonly depth: number },
  random: () => number,
): Choose {
  const order = shuffled(
    Array.from({ length: actors }, (_, actor) => actor),
    random,
  );
  const atFirst = () => new Map(order.map((actor, index) => [actor, depth + index]));
  let priorities = atFirst();
  const changes = Array.from({ length: depth - 1 }, () => 1 + Math.floor(random() * steps));
  return ({ enabled, place }) => {
    if (place === 0) priorities = atFirst();
    const highest = () => enabled.reduce((one, other) => (priorityOf(other) > priorityOf(one) ? other : one));
    const priorityOf = (actor: number) => priorities.get(actor) ?? 0;
    changes.forEach((change, index) => {
      if (change === place + 1) priorities.set(highest(), depth - 1 - index);
    });
    return { client: highest() };
  };
}

/** The least chance with which one such schedule shows a bug that so many ordered steps are needed for. */
export function chanceOfPriority(actors: number, steps: number, depth: number): number {
  return 1 / (actors * steps ** (depth - 1));
}
