import {
  START_KINDS,
  type Judgement,
  type Offset,
  type RateInterval,
  type StartKind,
} from '../core/verdict.js';
import { clopperPearson, upperBoundOfNone } from './binomial.js';
import { swept } from './finding-fold.js';

interface Stratum {
  readonly start: StartKind;
  readonly offset: Offset | undefined;
  counted: number;
  violated: number;
}

/** Trials of evidence by kind of start, and of a sweep by offset: each has a bound of its own. */
export class Strata {
  readonly #strata = new Map<string, Stratum>();
  #plannedOffsets = 0;

  /** `isEvidence`: a trial that is none is listed with the kind of start, and counts for no rate. */
  add(
    start: StartKind,
    offset: Offset | undefined,
    trial: { isEvidence: boolean; isViolated: boolean },
  ): void {
    if (offset !== undefined) this.#plannedOffsets = offset.planned;
    const key = offset === undefined ? start : `${start} ${offset.later} ${offset.offsetNs}`;
    const stratum = this.#strata.get(key) ?? { start, offset, counted: 0, violated: 0 };
    this.#strata.set(key, stratum);
    if (!trial.isEvidence) return;
    stratum.counted += 1;
    if (trial.isViolated) stratum.violated += 1;
  }

  get counted(): number {
    return sum(this.#strata.values(), ({ counted }) => counted);
  }

  /** Of violated among the trials of evidence, of all kinds of start; nothing where there are none. */
  rate(confidence: number): RateInterval | undefined {
    const violated = sum(this.#strata.values(), (stratum) => stratum.violated);
    return this.counted === 0 ? undefined : interval(violated, this.counted, confidence);
  }

  judged(confidence: number): Judgement['strata'] {
    return Array.from(this.#strata.values(), ({ start, offset, counted, violated }) => ({
      start,
      ...(offset === undefined ? {} : { offset: swept(offset) }),
      ...{ counted, violated, upper: interval(violated, counted, confidence).upper },
    })).sort(
      (a, b) =>
        START_KINDS.indexOf(a.start) - START_KINDS.indexOf(b.start) ||
        (a.offset?.later ?? '').localeCompare(b.offset?.later ?? '') ||
        (a.offset?.ms ?? 0) - (b.offset?.ms ?? 0),
    );
  }

  sweep(): Pick<Judgement, 'sweep'> {
    if (this.#plannedOffsets === 0) return {};
    const tried = [...this.#strata.values()].filter(({ offset, counted }) => offset && counted > 0).length;
    return { sweep: { planned: Math.max(this.#plannedOffsets, tried), tried } };
  }
}

function interval(violated: number, counted: number, confidence: number): RateInterval {
  return violated === 0
    ? { lower: 0, upper: upperBoundOfNone(counted, confidence) }
    : clopperPearson(violated, counted, confidence);
}

function sum<T>(items: Iterable<T>, of: (item: T) => number): number {
  let total = 0;
  for (const item of items) total += of(item);
  return total;
}
