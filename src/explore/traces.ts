import { Diverged, wordsOf } from './diverged.js';
import type { Transition } from './execution.js';

/** What may be another one each time: a number, a time, a UUID. */
const VALUE =
  /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d(?::?\d\d)?)?|\d+(?:\.\d+)?/gi;

interface Parsed {
  /** The text without its values. */
  readonly template: string;
  readonly values: readonly string[];
}

/**
 * Tells whether two schedules went the same way, although each has ids of its own: a sequence goes on counting from run to
 * run. It learns from schedules that are the same by construction which values are such ids, and elsewhere takes no two
 * values for one. What it has never seen before is compared without its values.
 */
export class Traces {
  /** By template: of each of its values, whether it was seen to differ. */
  readonly #differs = new Map<string, boolean[]>();

  /** Two runs of one schedule. Throws `Diverged` where more than values differ between them. */
  learn(one: readonly Transition[], other: readonly Transition[]): void {
    for (let place = 0; place < Math.max(one.length, other.length); place += 1) {
      const [left, right] = [one[place], other[place]];
      if (left === undefined || right === undefined || !this.isSame(left, right)) {
        throw new Diverged(place, wordsOf(left), wordsOf(right));
      }
    }
    const texts = other.flatMap(textsOf);
    one.flatMap(textsOf).forEach((text, place) => {
      const [left, right] = [parsed(text), parsed(texts[place] ?? '')];
      if (left.template !== right.template) return;
      const known = this.#differs.get(left.template) ?? left.values.map(() => false);
      this.#differs.set(
        left.template,
        known.map((differs, index) => differs || left.values[index] !== right.values[index]),
      );
    });
  }

  /** Whether one step is the other one again: the same request, with the same answers. */
  isSame(one: Transition, other: Transition): boolean {
    const [left, right] = [textsOf(one), textsOf(other)];
    return (
      one.client === other.client &&
      one.waits === other.waits &&
      left.length === right.length &&
      left.every((text, index) => this.#isSameText(text, right[index]!))
    );
  }

  /** A schedule in words, each id replaced by the number of its first appearance: equal for schedules that went the same way. */
  canonical(transitions: readonly Transition[]): readonly string[] {
    const names = new Map<string, string>();
    const nameOf = (value: string) => {
      const name = names.get(value) ?? `#${names.size + 1}`;
      names.set(value, name);
      return name;
    };
    return transitions.map(
      (step) =>
        `${step.client}${step.waits ? ' waits' : ''} ${textsOf(step)
          .map((text) => {
            const differs = this.#differs.get(parsed(text).template);
            let index = -1;
            return text.replace(VALUE, (value) => {
              index += 1;
              return (differs?.[index] ?? true) ? nameOf(value) : value;
            });
          })
          .join(' | ')}`,
    );
  }

  #isSameText(one: string, other: string): boolean {
    const [left, right] = [parsed(one), parsed(other)];
    if (left.template !== right.template) return false;
    const differs = this.#differs.get(left.template);
    return differs === undefined || left.values.every((value, i) => differs[i] || value === right.values[i]);
  }
}

/**
 * What was asked, and everything that was answered meanwhile. The lines of an answer in an order of their own: rows that were
 * asked for in none come as they lie in the file, which earlier schedules have a part in.
 */
function textsOf({ label, answered }: Transition): readonly string[] {
  return [
    label,
    ...answered.flatMap(({ client, content }) =>
      // A letter, since the number of a client is no id.
      [...content].sort().map((line) => `client ${String.fromCharCode(97 + client)}: ${line}`),
    ),
  ];
}

function parsed(text: string): Parsed {
  return { template: text.replace(VALUE, '#'), values: text.match(VALUE) ?? [] };
}
