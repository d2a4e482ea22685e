import type { DeadlockClock, StepWire } from '../core/step.js';
import type { Circle, Victims } from './execution.js';
import { type CircleLeft, CircleStays } from './stuck.js';

/**
 * The circles of waiting clients in one schedule: tells the stores when each client is to look for one, so that the chosen one
 * fails, and sees to it that it was.
 *
 * A store looks at each wait once, so long after it began as was said when its request was let through. For the next circle that
 * is soon for its victim, and never for the others. Who is to fail in a later one may begin to wait before this one is undone:
 * A and B wait for each other, C waits for B; B fails, C goes on and asks for what A has, and A is to fail. So that one looks
 * later, by as much as the circles between may take. That is a matter of luck, and therefore held against what came.
 */
export class Circles {
  #victims: Victims = [];
  #withinMs = 0;
  /** Came to their end in this schedule. */
  #ended = 0;
  /** Members of the one that is there now, as far as it was seen. */
  #seen = new Set<number>();
  #ofStep: Circle[] = [];
  readonly #clocks = new Map<number, DeadlockClock>();

  constructor(
    private readonly wires: readonly StepWire[],
    /** How long a store may leave a circle as it is in which it chooses itself. */
    private readonly answerMs: number,
  ) {}

  begin(victims: Victims, withinMs: number): void {
    this.#victims = victims;
    this.#withinMs = withinMs;
    this.#ended = 0;
    this.#seen.clear();
    this.#ofStep = [];
    this.#clocks.clear();
  }

  /** Before a request of the client is let through. */
  prepare(client: number): void {
    const clock = this.#clockOf(client);
    this.#clocks.set(client, clock);
    for (const wire of this.wires) {
      if (wire.deadlockVictim === 'scheduler') wire.setDeadlockClock(client, clock);
    }
  }

  /**
   * Before these go on by themselves, with nobody to see to it that a circle ends: who closes one fails.
   * Case: A, the victim, has waited for longer than its clock, and B, who never looks, is let go and asks for what A has.
   */
  letGo(clients: readonly number[]): void {
    this.#victims = [];
    for (const wire of this.wires) {
      if (wire.deadlockVictim !== 'scheduler') continue;
      for (const client of clients) wire.setDeadlockClock(client, 'at once');
    }
  }

  /** Nobody else can end it. Tells that it will stay, as far as that is known. */
  saw(members: readonly number[], waitedMs: number): CircleStays | undefined {
    for (const member of members) this.#seen.add(member);
    const victim = this.#victim;
    const isCertain =
      victim === null
        ? members.every((member) => this.#clocks.get(member) === 'never')
        : !members.includes(victim);
    if (!isCertain && waitedMs <= this.#patienceMs) return undefined;
    return this.#stays(
      `the clients ${members.join(' and ')} wait for each other in a circle, and the store has none of them fail`,
      { members, isCertain },
    );
  }

  /** The store had a client fail, and told who was in the circle. Returns what is wrong with that. */
  undone(told: readonly number[], failed: number): CircleStays | undefined {
    const victim = this.#victim;
    const wasSeen = this.#seen.size > 0;
    const members = [...new Set([...told, ...this.#seen])].sort((one, other) => one - other);
    const inCircle = `the clients ${members.join(' and ')} waited for each other in a circle`;
    if (victim !== null && victim !== failed) {
      return this.#stays(`${inCircle}, and the store had client ${failed} fail, not client ${victim}`, {
        members,
      });
    }
    // The error tells of one circle. That there were more, with other clients, is seen only while nobody has failed.
    if (victim !== null && !wasSeen) {
      return this.#stays(`${inCircle}, and it was undone before anybody could look`, { members });
    }
    this.#seen.clear();
    this.#ofStep.push({ members, failed });
    this.#ended += 1;
    return undefined;
  }

  /** What there was since this was asked last; `isOpen`: also one that went away without an error, since the store changed a queue. */
  take(): { readonly circles: readonly Circle[]; readonly isOpen: boolean } {
    const isOpen = this.#seen.size > 0;
    this.#seen.clear();
    return { circles: this.#ofStep.splice(0), isOpen };
  }

  #stays(message: string, { members, isCertain = false }: Pick<CircleLeft, 'members'> & Partial<CircleLeft>) {
    return new CircleStays({ members, number: this.#ended, ofStep: [...this.#ofStep], isCertain }, message);
  }

  get #victim(): number | null {
    return this.#victims[this.#ended] ?? null;
  }

  get #patienceMs(): number {
    const clock = this.#victim === null ? undefined : this.#clocks.get(this.#victim);
    if (typeof clock === 'number') return 2 * clock;
    const isChosen = this.wires.every(({ deadlockVictim }) => deadlockVictim === 'scheduler');
    return isChosen ? Math.min(SOON_MS, this.answerMs) : this.answerMs;
  }

  #clockOf(client: number): DeadlockClock {
    const circle = this.#victims.indexOf(client, this.#ended);
    if (circle >= 0) return this.#withinMs * (1 + BETWEEN * (circle - this.#ended));
    return this.#victim === null ? 'at once' : 'never';
  }
}

/** Who looks at once has looked by then, on however busy a machine. */
const SOON_MS = 1_000;
/** A circle that is to end before the one in which a client fails may take so many times what one is given. */
const BETWEEN = 4;
