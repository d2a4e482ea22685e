import type { AnomalyId } from '../core/anomaly.js';
import type { Expectation } from '../core/target.js';
import type { Judgement, MedianInterval, TrialPlan, TrialResult, VerdictKind } from '../core/verdict.js';
import { lacking, undecidedReasons, type Evidence } from './evidence.js';
import { FindingFold, isViolation } from './finding-fold.js';
import { AnswerGroups } from './answer-groups.js';
import { medianInterval } from './median-interval.js';
import { MonitoringFold } from './monitoring.js';
import { Sample } from './percentiles.js';
import { Strata } from './strata.js';
import { spread, TallyFold } from './tally-fold.js';

/** Folds trials into one verdict while they come; keeps counts and latencies (8 bytes an answer), no trial. */
export interface Judge {
  add(result: TrialResult): void;
  /** Nothing more has to be tried: the planned evidence is there, or a violation where the first one suffices. */
  isDecided(): boolean;
  /** How many trials there must still be before it can be judged when the time is up: of evidence, or until what is sought was seen. */
  missing(): number;
  /** `stopped`: why the run ended before it was decided; a run that was stopped never holds. For people. */
  judgement(stopped?: string): Judgement;
  /**
   * After the time was up: as many trials of evidence as the plan's `fewest` suffice, at the bound that they give. Where
   * fewer ran nothing is judged, not even a violation: it is told among the reasons and the findings.
   */
  judgementSoFar(): Judgement;
}

/** What the reasons begin with where there was too little time for a judgement. */
const BUDGET = 'budget';

/** Whether nothing could be judged because the time was up before there were the fewest trials. */
export function wasTooShort({ verdict, reasons }: Pick<Judgement, 'verdict' | 'reasons'>): boolean {
  return verdict === 'inconclusive' && reasons.some((reason) => reason.startsWith(BUDGET));
}

/** What all trials come to; see `createJudge`. */
export function judge(results: readonly TrialResult[], plan: TrialPlan): Judgement {
  const all = createJudge(plan);
  for (const result of results) all.add(result);
  return all.judgement();
}

/** What a run is for, beside its verdict. */
export interface Sought {
  /** Of a control: it must be caught for one of these. */
  readonly shows?: readonly AnomalyId[];
  /**
   * What the target claims. That it is caught, or gives up, may be seen in a third of the trials only: the fewest, where the
   * time is up, may all be without it. None of 5 would then contradict a claim that none of 59 contradicts, so it goes on.
   */
  readonly claim?: Expectation;
}

/**
 * A verdict from trials: violated if any trial has a violation, whatever else happened; else inconclusive unless as many
 * trials as planned are evidence and none is undecided; else it holds, with its bound.
 *
 * A trial is evidence if two operations on the same thing were at the store at once, one was answered, and nothing makes
 * it undecided. Rates are of violated among those trials: a violation in a trial that is no evidence for the rate (nothing
 * overlapped in it) still decides the verdict.
 *
 * `shows` is for a control: where the plan stops early, it goes on until one of them was found as a violation or counted as
 * an event.
 */
export function createJudge(plan: TrialPlan, sought: Sought = {}): Judge {
  return new TrialFold(plan, sought);
}

class TrialFold implements Judge {
  readonly #plan: TrialPlan;
  readonly #sought: Sought;
  #run = 0;
  #violated = 0;
  #firstViolated: number | undefined;
  #undecidedTrials = 0;
  #interleavedTrials = 0;
  #burstNs = 0;
  readonly #undecided = new Map<string, number>();
  readonly #strata = new Strata();
  readonly #operations = { ok: 0, fail: 0, info: 0 };
  readonly #overlap = { interleavedPairs: 0, possiblePairs: 0 };
  readonly #counts = new Map<string, number>();
  readonly #errors = new Map<string, number>();
  readonly #errorMessages = new Map<string, string>();
  readonly #tally = new TallyFold();
  readonly #latenciesNs = new Sample();
  readonly #trialMediansNs = new Sample();
  readonly #monitoring = new MonitoringFold();
  readonly #firstRequestSpreadsNs = new Sample();
  readonly #arrivalSpreadsNs = new Sample();
  readonly #answersApartNs = new Sample();
  #answers: AnswerGroups | undefined;
  readonly #findings = new FindingFold();

  constructor(plan: TrialPlan, sought: Sought) {
    this.#plan = plan;
    this.#sought = sought;
  }

  add(result: TrialResult): void {
    const { operations, overlap, start, undecided } = result;
    const violated = result.findings.some(isViolation);
    const interleaved = overlap.interleavedPairs > 0;
    this.#run += 1;
    if (violated) {
      this.#violated += 1;
      this.#firstViolated ??= result.trial + 1;
    }
    if (interleaved) this.#interleavedTrials += 1;
    if (undecided.length > 0) this.#undecidedTrials += 1;
    for (const reason of new Set(undecided)) increase(this.#undecided, reason, 1);

    const isEvidence = interleaved && operations.ok > 0 && undecided.length === 0;
    this.#strata.add(start, result.offset, { isEvidence, isViolated: violated });
    for (const status of ['ok', 'fail', 'info'] as const) this.#operations[status] += operations[status];
    this.#overlap.interleavedPairs += overlap.interleavedPairs;
    this.#overlap.possiblePairs += overlap.possiblePairs;
    for (const [event, by] of Object.entries(result.counts)) increase(this.#counts, event, by);
    for (const [code, by] of Object.entries(result.errors)) increase(this.#errors, code, by);
    for (const [code, message] of Object.entries(result.errorMessages)) {
      if (!this.#errorMessages.has(code)) this.#errorMessages.set(code, message);
    }
    this.#tally.add(result.tally);
    if (result.answers !== undefined) {
      this.#answers ??= new AnswerGroups();
      this.#answers.add(result.answers, { trial: result.trial, isViolated: violated });
    }
    const ofTrial = new Sample();
    for (const latencyNs of result.latenciesNs) {
      this.#latenciesNs.add(latencyNs);
      ofTrial.add(latencyNs);
    }
    const medianNs = ofTrial.percentile(50);
    if (medianNs !== undefined) this.#trialMediansNs.add(medianNs);
    if (start === 'simultaneous' && result.firstRequestSpreadNs !== undefined) {
      this.#firstRequestSpreadsNs.add(result.firstRequestSpreadNs);
    }
    if (start === 'simultaneous' && result.arrivalSpreadNs !== undefined) {
      this.#arrivalSpreadsNs.add(result.arrivalSpreadNs);
    }
    if (start === 'simultaneous' && result.answersApartNs !== undefined) {
      this.#answersApartNs.add(result.answersApartNs);
    }
    this.#burstNs += result.burstNs;
    this.#monitoring.add(result);
    this.#findings.add(result);
  }

  isDecided(): boolean {
    return this.#stoppedEarly() || this.#evidence(undefined).counted >= this.#plan.trials;
  }

  missing(): number {
    const { fewest, trials } = this.#plan;
    const missing = (fewest ?? trials) - this.#evidence(undefined).counted;
    return Math.max(this.#hasShown() && this.#hasClaimed() ? 0 : 1, missing);
  }

  judgementSoFar(): Judgement {
    const fewest = this.#plan.fewest ?? this.#plan.trials;
    const judgement = this.#judged({ ...this.#evidence(undefined), planned: fewest });
    if (this.#run >= fewest) return judgement;
    const ran = this.#run === 1 ? '1 trial' : `${this.#run} trials`;
    const seen = this.#firstViolated;
    return {
      ...judgement,
      verdict: 'inconclusive',
      reasons: [
        `${BUDGET}: ${ran} ran, and there was no time for the ${fewest} that are needed`,
        ...(seen === undefined ? [] : [`a violation was seen all the same, in trial ${seen}`]),
      ],
    };
  }

  judgement(stopped?: string): Judgement {
    return this.#judged(this.#evidence(stopped));
  }

  #judged(evidence: Evidence): Judgement {
    const missing = lacking(evidence);
    const { stopped } = evidence;
    const verdict: VerdictKind =
      this.#violated > 0 ? 'violated' : missing.length > 0 ? 'inconclusive' : 'holds';
    const reasons =
      verdict === 'inconclusive'
        ? missing
        : [...(stopped === undefined ? [] : [stopped]), ...undecidedReasons(evidence)];
    const { ok, fail, info } = this.#operations;
    const refused = this.#findings.needlessRefusals;
    return {
      verdict,
      reasons,
      trials: {
        planned: this.#plan.trials,
        run: this.#run,
        counted: evidence.counted,
        violated: this.#violated,
        undecided: this.#undecidedTrials,
        ...(this.#firstViolated === undefined ? {} : { firstViolated: this.#firstViolated }),
      },
      strata: this.#stoppedEarly() ? [] : this.#strata.judged(this.#plan.confidence),
      ...(fail + refused > 0 ? { gaveUp: { failed: fail, refused, operations: ok + fail + info } } : {}),
      tally: this.#tally.spreads(),
      operations: { ...this.#operations },
      counts: Object.fromEntries(this.#counts),
      errors: Object.fromEntries(this.#errors),
      errorMessages: Object.fromEntries(this.#errorMessages),
      ...(this.#stoppedEarly() ? {} : this.#rates()),
      ...named('firstRequestSpreadMs', this.#firstRequestSpreadsNs),
      ...named('arrivalSpreadMs', this.#arrivalSpreadsNs),
      ...named('answersApartMs', this.#answersApartNs),
      ...this.#strata.sweep(),
      overlap: { ...this.#overlap },
      monitoring: this.#monitoring.monitoring(this.#operations, this.#counts),
      ...(this.#answers === undefined ? {} : { answers: this.#answers.groups() }),
      findings: this.#findings.seen(),
    };
  }

  #stoppedEarly(): boolean {
    if (!this.#plan.stopAtFirstViolation) return false;
    return this.#sought.shows === undefined ? this.#violated > 0 : this.#hasShown();
  }

  #hasShown(): boolean {
    const { shows } = this.#sought;
    return (
      shows === undefined ||
      shows.some((id) => this.#findings.hasViolation(id) || (this.#counts.get(id) ?? 0) > 0)
    );
  }

  /** Or claims what any further trial could only contradict. */
  #hasClaimed(): boolean {
    switch (this.#sought.claim) {
      case 'violated':
        return this.#violated > 0;
      case 'gives-up':
        return this.#violated > 0 || this.#operations.fail + this.#findings.needlessRefusals > 0;
      default:
        return true;
    }
  }

  #evidence(stopped: string | undefined): Evidence {
    return {
      planned: this.#plan.trials,
      run: this.#run,
      counted: this.#strata.counted,
      interleaved: this.#interleavedTrials,
      possiblePairs: this.#overlap.possiblePairs,
      undecided: this.#undecided,
      undecidedTrials: this.#undecidedTrials,
      operations: this.#operations,
      errors: this.#errors,
      stopped,
    };
  }

  #rates(): Pick<Judgement, 'rate' | 'latencyMs' | 'opsPerSecond'> {
    const rate = this.#strata.rate(this.#plan.confidence);
    const { ok } = this.#operations;
    const ofTrials = medianInterval(this.#trialMediansNs, this.#plan.confidence);
    const latencyMs = latencies(this.#latenciesNs, ofTrials);
    return {
      ...(rate === undefined ? {} : { rate }),
      ...(latencyMs ? { latencyMs } : {}),
      ...(ok > 0 && this.#burstNs > 0 ? { opsPerSecond: ok / (this.#burstNs / 1e9) } : {}),
    };
  }
}

function increase(totals: Map<string, number>, key: string, by: number): void {
  totals.set(key, (totals.get(key) ?? 0) + by);
}

function named<Name extends 'firstRequestSpreadMs' | 'arrivalSpreadMs' | 'answersApartMs'>(
  name: Name,
  sample: Sample,
): Pick<Judgement, Name> | Record<never, never> {
  if (sample.size === 0) return {};
  const { median, max } = spread(sample);
  return { [name]: { median: median / 1e6, max: max / 1e6 } };
}

function latencies(sample: Sample, ofTrials: MedianInterval | undefined): Judgement['latencyMs'] {
  if (sample.size === 0) return undefined;
  const atMs = (percent: number): number => (sample.percentile(percent) ?? 0) / 1e6;
  return {
    ...{ min: (sample.min ?? 0) / 1e6, p50: atMs(50), p95: atMs(95), p99: atMs(99), max: atMs(100) },
    ...(ofTrials && {
      ofTrials: {
        lower: ofTrials.lower / 1e6,
        median: ofTrials.median / 1e6,
        upper: ofTrials.upper / 1e6,
      },
    }),
  };
}
