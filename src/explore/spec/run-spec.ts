import { PermutationRun } from './permutation-run.js';
import type { PermutationStep, Spec } from './spec.js';
import type { SpecServer } from './spec-server.js';

/** What running a spec came to, beside what was printed. */
export interface SpecEnd {
  readonly ran: number;
  /** Orders that cannot happen. Those with the same beginning are counted, and were not tried. */
  readonly impossible: number;
  /** For people: a setup that failed, a permutation of the spec that cannot happen. */
  readonly problems: readonly string[];
}

export interface SpecRun {
  readonly print: (text: string) => void;
  readonly signal?: AbortSignal;
  /** How long a step of a named permutation may wait for a session that has nothing to do. Default 30,000. */
  readonly patienceMs?: number;
}

/** A step of a named permutation may wait for a `lock_timeout` to end it. */
const PATIENCE_NAMED_MS = 30_000;
/** Where every order is tried, one with a time-out in it is taken to be impossible. */
const PATIENCE_MS = 300;

/**
 * Runs the permutations of a spec, or every order of its steps that can happen, and prints what PostgreSQL's
 * isolationtester prints. Stops at a setup that fails.
 */
export async function runSpec(
  spec: Spec,
  server: SpecServer,
  { print, signal, patienceMs = PATIENCE_NAMED_MS }: SpecRun,
): Promise<SpecEnd> {
  print(`Parsed test spec with ${spec.sessions.length} sessions\n`);
  const runner = new SpecRunner(spec, server, print);
  return spec.permutations.length > 0 ? runner.named(signal, patienceMs) : runner.all(signal);
}

class SpecRunner {
  #ran = 0;
  #impossible = 0;
  readonly #problems: string[] = [];

  constructor(
    private readonly spec: Spec,
    private server: SpecServer,
    private readonly print: (text: string) => void,
  ) {}

  async named(signal: AbortSignal | undefined, patienceMs: number): Promise<SpecEnd> {
    for (const steps of this.spec.permutations) {
      if (signal?.aborted) break;
      const end = await this.#run(steps, this.print, patienceMs);
      if (end.kind === 'impossible') {
        const names = steps.map(({ step }) => step.name);
        const name = names[end.at];
        this.#impossible += 1;
        this.#problems.push(
          `permutation ${names.join(' ')}: ${name === undefined ? 'steps wait for each other at its end' : `${name} cannot run, since its session still waits`}`,
        );
      }
      if (end.kind === 'failed') break;
    }
    return this.#end();
  }

  /** In isolationtester's order: always the first session that has a step left, then the next. */
  async all(signal: AbortSignal | undefined): Promise<SpecEnd> {
    const lengths = this.spec.sessions.map(({ steps }) => steps.length);
    let order: number[] | undefined = firstOrder(lengths);
    while (order !== undefined && !signal?.aborted) {
      const lines: string[] = [];
      const end = await this.#run(this.#stepsOf(order), (text) => lines.push(text), PATIENCE_MS);
      if (end.kind === 'failed') break;
      if (end.kind === 'complete') {
        this.print(lines.join(''));
        order = nextOrder(order, order.length - 1);
      } else {
        this.#impossible += ordersSkipped(order, end.at, lengths);
        order = nextOrder(order, Math.min(end.at, order.length - 1));
      }
    }
    return this.#end();
  }

  async #run(steps: readonly PermutationStep[], print: (text: string) => void, patienceMs: number) {
    const end = await new PermutationRun(this.spec, this.server, print, patienceMs).run(steps);
    if (end.kind === 'complete') this.#ran += 1;
    if (end.kind === 'failed') this.#problems.push(end.reason);
    if (end.kind === 'impossible') {
      // Whoever waits is ended, and whoever is in a transaction too; then what the setups made is taken away.
      this.server = await this.server.renew();
      if (this.spec.teardown !== undefined) await this.server.control.run(this.spec.teardown);
    }
    return end;
  }

  #stepsOf(order: readonly number[]): readonly PermutationStep[] {
    const taken = this.spec.sessions.map(() => 0);
    return order.map((session) => {
      const step = this.spec.sessions[session]?.steps[taken[session] ?? 0];
      taken[session] = (taken[session] ?? 0) + 1;
      if (step === undefined) throw new RangeError(`Session ${session} has no such step.`);
      return { step, blockers: [] };
    });
  }

  #end(): SpecEnd {
    return { ran: this.#ran, impossible: this.#impossible, problems: this.#problems };
  }
}

function firstOrder(lengths: readonly number[]): number[] {
  return lengths.flatMap((length, session) => Array.from({ length }, () => session));
}

/** The next order that differs from this one at `at` or before; orders are sorted by the places of sessions. */
function nextOrder(order: readonly number[], at: number): number[] | undefined {
  for (let place = at; place >= 0; place -= 1) {
    const rest = order.slice(place).sort((a, b) => a - b);
    const larger = rest.find((session) => session > order[place]!);
    if (larger === undefined) continue;
    rest.splice(rest.indexOf(larger), 1);
    return [...order.slice(0, place), larger, ...rest];
  }
  return undefined;
}

/** How many orders begin as this one does up to and including `at`. */
function ordersSkipped(order: readonly number[], at: number, lengths: readonly number[]): number {
  const left = [...lengths];
  for (const session of order.slice(0, at + 1)) left[session] = (left[session] ?? 0) - 1;
  let total = 0;
  let count = 1;
  for (const length of left) {
    for (let index = 1; index <= length; index += 1) {
      total += 1;
      count = (count * total) / index;
    }
  }
  return Math.round(count);
}
