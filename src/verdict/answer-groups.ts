import type { ShownAnswer } from '../core/scenario.js';
import type { AnswerGroup } from '../core/verdict.js';

/** So many different texts of one shape are told apart; of more, what differs is folded. */
const MOST_TEXTS = 1_000;
/** A number with more values than this tells little by each of them. */
const FEW_VALUES = 4;
/** A secret under its name, an id, a time, or a number; ids of letters and digits first, since they hold numbers. */
const VARYING =
  /(?<="[\w-]*(?:token|secret|password|passwd|api[_-]?key)"\s*:\s*")[^"]+|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:?\d\d)?|\b(?=[a-z]*\d)(?=\d*[a-z])[a-z0-9]{8,}\b|-?\d+(?:\.\d+)?/gi;

interface Seen {
  readonly values: readonly string[];
  count: number;
  readonly trials: Set<number>;
  inFirstViolated: number;
}

interface Shape {
  readonly label: string;
  /** What stands between the varying parts. */
  readonly texts: readonly string[];
  readonly seen: Map<string, Seen>;
}

/**
 * Groups equal answers over trials. Within answers of one shape, a number or an id that is another each time, or has more than
 * four values, is folded to `#`; one with few values (two kinds of refusal) tells its groups apart.
 */
export class AnswerGroups {
  readonly #shapes = new Map<string, Shape>();
  #firstViolated: number | undefined;

  add(
    answers: readonly ShownAnswer[],
    { trial, isViolated }: { readonly trial: number; readonly isViolated: boolean },
  ): void {
    if (isViolated) this.#firstViolated ??= trial;
    for (const { label, text } of answers) {
      const texts = text.split(VARYING);
      const values = text.match(VARYING) ?? [];
      const shape = this.#shapeOf(label, texts);
      const isFull = shape.seen.size >= MOST_TEXTS;
      const kept = isFull && !shape.seen.has(keyOf(values)) ? values.map(() => FOLDED) : values;
      const seen = shape.seen.get(keyOf(kept)) ?? {
        ...{ values: kept, count: 0, trials: new Set<number>(), inFirstViolated: 0 },
      };
      shape.seen.set(keyOf(kept), seen);
      seen.count += 1;
      seen.trials.add(trial);
      if (trial === this.#firstViolated) seen.inFirstViolated += 1;
    }
  }

  /** By label, the most frequent of a label first. */
  groups(): readonly AnswerGroup[] {
    return [...this.#shapes.values()]
      .flatMap((shape) => this.#folded(shape))
      .sort((a, b) => a.label.localeCompare(b.label) || b.count - a.count || a.text.localeCompare(b.text));
  }

  #shapeOf(label: string, texts: readonly string[]): Shape {
    const key = keyOf([label, ...texts]);
    const shape = this.#shapes.get(key) ?? { label, texts, seen: new Map<string, Seen>() };
    this.#shapes.set(key, shape);
    return shape;
  }

  #folded({ label, texts, seen }: Shape): readonly AnswerGroup[] {
    const all = [...seen.values()];
    const answers = all.reduce((sum, { count }) => sum + count, 0);
    const isFolded = texts.slice(1).map((_, place) => {
      const values = new Set(all.map((one) => one.values[place]!));
      const isAnotherEachTime = values.size > 1 && values.size === answers;
      return isAnotherEachTime || values.size > FEW_VALUES || values.has(FOLDED);
    });
    const groups = new Map<string, Seen>();
    for (const one of all) {
      const values = one.values.map((value, place) => (isFolded[place] ? FOLDED : value));
      const group = groups.get(keyOf(values));
      if (group === undefined) {
        groups.set(keyOf(values), { ...one, values, trials: new Set(one.trials) });
        continue;
      }
      group.count += one.count;
      group.inFirstViolated += one.inFirstViolated;
      for (const trial of one.trials) group.trials.add(trial);
    }
    return [...groups.values()].map(({ values, count, trials, inFirstViolated }) => ({
      ...{ label, text: joined(texts, values), count, trials: trials.size },
      ...(this.#firstViolated === undefined ? {} : { inFirstViolated }),
    }));
  }
}

const FOLDED = '#';

function keyOf(parts: readonly string[]): string {
  return JSON.stringify(parts);
}

function joined(texts: readonly string[], values: readonly string[]): string {
  return texts.map((text, place) => text + (values[place] ?? '')).join('');
}
