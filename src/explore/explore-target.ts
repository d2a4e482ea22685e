import type { Finding } from '../core/checker.js';
import type { ContractTypes } from '../core/contract.js';
import { seededRandom } from '../core/random.js';
import { carriedOut, MOST_TIMES, triedOut } from './carry-out.js';
import { anybody, byPriority, chanceOfPriority, following, oneByOne, ordersOf } from './choosers.js';
import { hasContest } from './contests.js';
import type { Execution, Victims } from './execution.js';
import { Diverged } from './diverged.js';
import { searchAll } from './exhaustive.js';
import type {
  Counterexample,
  Explored,
  ExplorePlan,
  KeptSchedule,
  Replayed,
  SearchPlan,
} from './explored.js';
import { isSmaller, minimised, switchesOf, type FoundSchedule } from './minimise.js';
import { provedAt, rowsOf } from './rows.js';
import { Stuck } from './stuck.js';
import { Tally } from './tally.js';
import type { ExploredTrial, TargetSystem } from './target-system.js';
import { Traces } from './traces.js';
import { warmedUp } from './warm-up.js';

type Trial = ExploredTrial<ContractTypes>;

export interface ExploreProgress {
  /** So many schedules were run, and so many of them violated. */
  scheduleDone(run: number, violated: number): void;
}

type Sampling = Exclude<SearchPlan, { kind: 'exhaustive' }>;

/** Of a counterexample. */
const REPLAYS = 10;
/** Of the budget. What is left when a search is not through goes to schedules that are drawn: they get further apart. */
const EXHAUSTIVE_SHARE = 0.75;
const PCT_DEPTH = 3;
/** Counterexamples are made smaller for at most this long, also when the budget is used up. */
const MINIMISE_MS = 5_000;

/** Where clients live elsewhere, and nothing comes from there: to choose who goes first among them chooses nothing. */
const UNHEARD = {
  instance:
    'nothing that the API sends to its store came through race-check: each instance has to use the address that it is given (PostgreSQL: DATABASE_URL)',
  program:
    'nothing that the program sends to its store came through race-check: each client has to use the addresses that "arm" gives it',
} as const;

/** Runs one schedule of a target after the other, as the plan says, and judges each. Never rejects for what a target does. */
export async function exploreTarget(
  system: TargetSystem<ContractTypes>,
  plan: ExplorePlan,
  progress: ExploreProgress,
  signal: AbortSignal,
): Promise<Explored> {
  return new Exploration(system, plan, progress, signal).run();
}

class Exploration {
  readonly #traces = new Traces();
  readonly #tally = new Tally();
  readonly #beganAt = performance.now();
  readonly #cut: string[] = [];
  readonly #reasons: string[] = [];
  #smallest: FoundSchedule | undefined;
  #steps = 1;
  #redundant = 0;
  #repeated = 0;
  #isExhaustive = false;
  #isFair = false;
  #standFor: bigint | undefined;
  #chance: Explored['chance'];
  #searchMs: number | undefined;

  constructor(
    private readonly system: TargetSystem<ContractTypes>,
    private readonly plan: ExplorePlan,
    private readonly progress: ExploreProgress,
    private readonly signal: AbortSignal,
  ) {}

  async run(): Promise<Explored> {
    let counterexample: Counterexample | undefined;
    try {
      await this.#learnIds();
      await this.#search();
      this.#searchMs = this.#elapsedMs();
      if (this.#smallest !== undefined && !this.signal.aborted) {
        counterexample = await this.#counterexample(this.#smallest);
      }
    } catch (error) {
      if (!(error instanceof Stuck || error instanceof Diverged)) throw error;
      this.#reasons.push(error.message);
      this.#isExhaustive = false;
    }
    return this.#explored(counterexample);
  }

  /** The same schedule twice: what differs between the two is no difference. */
  async #learnIds(): Promise<void> {
    const { transitions } = await warmedUp(this.#traces, () => this.system.run(following([])));
    this.#steps = Math.max(this.#steps, transitions.length);
    const { each } = this.system;
    if (each !== undefined && transitions.every(({ kind }) => kind !== 'request'))
      throw new Stuck(UNHEARD[each]);
  }

  async #search(): Promise<void> {
    const { search } = this.plan;
    if (search.kind !== 'exhaustive') return this.#sample([search]);
    const reduce = search.reduce && search.preemptions === undefined;
    const found = await searchAll(
      this.system,
      {
        reduce,
        preemptions: search.preemptions,
        maxSchedules: this.plan.maxSchedules,
        isUp: () => this.#isUp(EXHAUSTIVE_SHARE),
        onStartOver: () => this.#tally.startOver(),
      },
      (execution, standFor, victims) => this.#take(execution, standFor, victims),
      (before, again) => this.#traces.isSame(before, again),
    );
    this.#redundant = found.redundant;
    this.#isFair = found.heldBack > 0;
    this.#standFor = found.standFor;
    this.#repeated = found.repeated;
    const cut = this.#cut;
    if (found.cut !== undefined) cut.push(`it ended ${found.cut}`);
    if (this.#isUp(EXHAUSTIVE_SHARE) && this.#tally.violated === 0 && !this.#isUp()) {
      await this.#sample([{ kind: 'pct', depth: PCT_DEPTH }, { kind: 'random' }]);
    }
    if (found.preemptionsCut > 0) {
      const { preemptions } = search;
      const often = preemptions === 1 ? ' more than once in all' : ` more than ${preemptions} times in all`;
      cut.push(`no client was interrupted${preemptions === 0 ? '' : often}`);
    }
    if (found.heldBack > 0) {
      cut.push(
        `a client that repeated itself was not let go again before something changed (${found.heldBack} times)`,
      );
    }
    if (found.victimsCut) cut.push('of some circles the victim was chosen by the server');
    if (found.contestsCut > 0) {
      cut.push(
        `of several clients that waited for what one step let go, the server chose who was first (${found.contestsCut} times)`,
      );
    }
    if (found.sharesMemory && reduce) {
      cut.push('clients waited for each other in their own process, which reduction takes no account of');
    }
    const { speaksInParallel } = this.system;
    if (speaksInParallel) {
      cut.push(
        'a client sent several requests at once, and which of its own was first was not tried both ways',
      );
    }
    this.#isExhaustive =
      !speaksInParallel &&
      found.cut === undefined &&
      found.preemptionsCut === 0 &&
      !found.victimsCut &&
      found.contestsCut === 0 &&
      !(found.sharesMemory && reduce);
  }

  /** Schedules by random priorities, with a guarantee, and at random, without one: those kinds in turn. */
  async #sample(kinds: readonly Sampling[]): Promise<void> {
    const { seed, maxSchedules = Number.POSITIVE_INFINITY } = this.plan;
    const { actors } = this.system;
    const before = this.#tally.run;
    let missed = 1;
    let each = 1;
    for (let number = 0; before + number < maxSchedules && !this.#isUp(); number += 1) {
      const random = seededRandom(`${seed}/schedule/${number}`);
      const kind = kinds[number % kinds.length]!;
      let choose = anybody(random);
      if (kind.kind === 'pct') {
        choose = byPriority(actors, { steps: this.#steps, depth: kind.depth }, random);
        const chance = chanceOfPriority(actors, this.#steps, kind.depth);
        each = Math.min(each, chance);
        missed *= 1 - chance;
      }
      const execution = await carriedOut(this.system, choose);
      this.#steps = Math.max(this.#steps, execution.transitions.length);
      this.#take(execution, 1n, []);
    }
    if (kinds.every(({ kind }) => kind === 'pct')) {
      this.#chance = { each, all: 1 - missed, steps: this.#steps };
    }
    const how = kinds
      .map(({ kind }) => (kind === 'pct' ? 'by random priorities' : 'at random'))
      .join(' and ');
    const drawn = this.#tally.run - before;
    this.#cut.push(`${drawn} ${drawn === 1 ? 'schedule was' : 'schedules were'} drawn ${how}`);
  }

  #take(execution: Execution<Trial>, standFor: bigint, victims: Victims): void {
    const trial = execution.result!;
    const isViolated = this.#tally.add(execution.transitions, trial, standFor, this.#elapsedMs());
    for (const problem of trial.result.undecided) {
      if (!this.#reasons.includes(problem)) this.#reasons.push(problem);
    }
    if (isViolated) {
      const clients = execution.transitions.map(({ client }) => client);
      if (this.#smallest === undefined || isSmaller(clients, this.#smallest.clients)) {
        this.#smallest = { clients, victims };
      }
    }
    this.progress.scheduleDone(this.#tally.run, this.#tally.violated);
  }

  /** The smallest schedule that shows a violation, told step by step, and carried out again. */
  async #counterexample(found: FoundSchedule): Promise<Counterexample | undefined> {
    const untilMs = performance.now() + MINIMISE_MS;
    const isUp = () => performance.now() > untilMs || this.signal.aborted;
    const shows = ({ result }: Execution<Trial>) => violationOf(result) !== undefined;
    const absent = await this.#leaveOut(found, isUp);
    const smaller = await minimised(absent.found, { system: this.system, shows, isUp });
    const execution = await warmedUp(this.#traces, () =>
      carriedOut(this.system, following(smaller.clients), smaller.victims),
    );
    const finding = violationOf(execution.result);
    if (finding === undefined || execution.result === undefined) {
      const [step] = execution.transitions;
      this.#reasons.push(
        `a schedule that was violated was not when it was carried out again (it begins with client ${step?.client}): the code or the store does not always do the same`,
      );
      return undefined;
    }
    const { transitions, result } = execution;
    const schedule: KeptSchedule = {
      clients: transitions.map(({ client }) => client),
      ...(smaller.victims.some((one) => one !== null) && { victims: smaller.victims }),
      absent: [...absent.clients],
      trace: this.#traces.canonical(transitions),
    };
    const doomedAt = await this.#doomedAt(smaller, isUp);
    const replayed = await replay(this.system, this.#traces, schedule, REPLAYS);
    await this.system.leaveOut(new Set());
    return {
      ...{ schedule, finding, replayed },
      rows: rowsOf(transitions),
      provedAt: provedAt(transitions, result, finding),
      ...(doomedAt === undefined ? {} : { doomedAt }),
      switches: switchesOf(schedule.clients),
    };
  }

  /**
   * The first step after which it makes no difference in which order the clients go on, each to its end: all of those
   * schedules are violated. Undefined where the time was up before.
   */
  async #doomedAt({ clients, victims }: FoundSchedule, isUp: () => boolean): Promise<number | undefined> {
    const orders = ordersOf([...new Set(clients)]);
    for (let length = clients.length - 1; length >= 0; length -= 1) {
      for (const order of orders) {
        if (isUp()) return undefined;
        const one = await triedOut(this.system, oneByOne(clients.slice(0, length), order), victims);
        if (violationOf(one?.result) === undefined) return length;
      }
    }
    return 0;
  }

  /** Tries with one client fewer, as long as it shows the same without him. */
  async #leaveOut(found: FoundSchedule, isUp: () => boolean) {
    let best = found;
    let left: ReadonlySet<number> = new Set();
    for (let client = 0; client < this.system.clients && !isUp(); client += 1) {
      if (this.system.clients - left.size <= 2) break;
      const without = new Set([...left, client]);
      await this.system.leaveOut(without);
      const clients = best.clients.filter((one) => one !== client);
      const victims = best.victims.map((one) => (one === client ? null : one));
      const execution = await triedOut(this.system, following(clients), victims);
      if (execution === undefined || violationOf(execution.result) === undefined) continue;
      left = without;
      best = { clients: execution.transitions.map((step) => step.client), victims };
    }
    await this.system.leaveOut(left);
    return { found: best, clients: left };
  }

  #explored(counterexample: Counterexample | undefined): Explored {
    const { search } = this.plan;
    const tally = this.#tally;
    const reasons = [...this.#reasons];
    const isCut = search.kind === 'exhaustive' && !this.#isExhaustive && search.preemptions === undefined;
    if (this.signal.aborted) reasons.push('interrupted');
    if (isCut && reasons.length === 0) reasons.push(...this.#cut);
    if (search.kind === 'random') reasons.push('a random search gives no bound for what it did not see');
    if (tally.run === 0 && reasons.length === 0) reasons.push('no schedule was run');
    if (tally.run > 0 && tally.answered === 0) reasons.push('no operation was answered in any schedule');
    const isViolated = tally.firstViolationMs !== undefined;
    return {
      verdict: isViolated ? 'violated' : reasons.length > 0 ? 'inconclusive' : 'holds',
      reasons,
      search,
      clients: this.system.clients,
      workers: this.system.actors - this.system.clients,
      ...(this.system.each && { each: this.system.each }),
      schedules: {
        ...{ run: tally.run, redundant: this.#redundant, violated: tally.violated, gaveUp: tally.gaveUp },
        ...(this.#repeated > 0 && { repeated: this.#repeated }),
        ...(this.#isExhaustive && this.#standFor !== undefined
          ? { standFor: { all: String(this.#standFor), violated: String(tally.violatedStandFor) } }
          : {}),
      },
      isExhaustive: this.#isExhaustive && !this.signal.aborted,
      isFair: this.#isFair,
      cut: this.#cut,
      ...(this.#chance && { chance: this.#chance }),
      ends: tally.ends,
      steps: tally.steps,
      ...(tally.sawCircle && { victimChosenBy: this.system.choosesVictim ? 'scheduler' : 'server' }),
      findings: tally.findings,
      ...(counterexample && { counterexample }),
      searchMs: this.#searchMs ?? this.#elapsedMs(),
      elapsedMs: this.#elapsedMs(),
      ...(tally.firstViolationMs === undefined ? {} : { firstViolationMs: tally.firstViolationMs }),
    };
  }

  #isUp(share = 1): boolean {
    return this.signal.aborted || this.#elapsedMs() >= share * this.plan.budgetMs;
  }

  #elapsedMs(): number {
    return performance.now() - this.#beganAt;
  }
}

/** Carries a kept schedule out again and again: whether it goes the same way, and shows a violation. */
export async function replay(
  system: TargetSystem<ContractTypes>,
  traces: Traces,
  schedule: KeptSchedule,
  times: number,
): Promise<Replayed> {
  let reproduced = 0;
  let divergence: Replayed['divergence'];
  for (let time = 0; time < times; time += 1) {
    const { trace, place, result } = await again(system, traces, schedule);
    if (place < 0 && violationOf(result) !== undefined) reproduced += 1;
    else if (place >= 0) {
      divergence ??= {
        step: place + 1,
        expected: schedule.trace[place] ?? 'the end',
        came: trace[place] ?? 'the end',
      };
    }
  }
  return { times, reproduced, ...(divergence && { divergence }) };
}

/** One more time, and its first step that is another one, or -1. Where only the store's luck made it so, it is tried again. */
async function again(system: TargetSystem<ContractTypes>, traces: Traces, schedule: KeptSchedule) {
  for (let time = 1; ; time += 1) {
    const { transitions, result } = await system.run(following(schedule.clients), schedule.victims);
    const trace = traces.canonical(transitions);
    const longer = Math.max(trace.length, schedule.trace.length);
    const place = Array.from({ length: longer }).findIndex((_, at) => trace[at] !== schedule.trace[at]);
    if (place < 0 || time === MOST_TIMES || !hasContest(transitions, place)) {
      return { trace, place, result };
    }
  }
}

function violationOf(trial: Trial | undefined): Finding | undefined {
  return trial?.result.findings.find(({ grade }) => grade === 'violation');
}
