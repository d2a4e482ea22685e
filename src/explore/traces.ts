import { Diverged, wordsOf } from './diverged.js';
import type { Transition } from './execution.js';

/** What may be another one each time: a number, a time, a UUID, also without its dashes (Sequelize names a block of text by one). */
const VALUE =
  /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32}|\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d(?::?\d\d)?)?|\d+(?:\.\d+)?/gi;

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
      one.answered.map(({ client }) => client).join() === other.answered.map(({ client }) => client).join() &&
      left.length === right.length &&
      left.every((text, index) => this.#isSameText(text, right[index]!))
    );
  }

  /**
   * A schedule in words, each id replaced by the number of its first appearance: equal for schedules that went the same way.
   * Each place of a text counts its own, for two sequences may come to the same number in one run and not in the next.
   */
  canonical(transitions: readonly Transition[]): readonly string[] {
    const names = new Map<string, Map<string, string>>();
    const nameOf = (place: string, value: string) => {
      const known = names.get(place) ?? new Map<string, string>();
      names.set(place, known);
      const name = known.get(value) ?? `#${known.size + 1}`;
      known.set(value, name);
      return name;
    };
    const canonicalText = (text: string) => {
      const { template } = parsed(text);
      const differs = this.#differs.get(template);
      let index = -1;
      return text.replace(VALUE, (value) => {
        index += 1;
        return (differs?.[index] ?? true) ? nameOf(`${index} ${template}`, value) : value;
      });
    };
    return transitions.map((step) => {
      const { client, label, waits, answered } = step;
      const answers = answered.map((one) => {
        const lines = linesOf(step, one).map((line) => canonicalText(line).split(ANSWERS)[0]);
        return `client ${one.client} was answered: ${lines.join(', ')}`;
      });
      return [`client ${client}: ${canonicalText(label)}${waits ? ' (waits)' : ''}`, ...answers].join('; ');
    });
  }

  #isSameText(one: string, other: string): boolean {
    const [left, right] = [parsed(one), parsed(other)];
    if (left.template !== right.template) return false;
    const differs = this.#differs.get(left.template);
    return differs === undefined || left.values.every((value, i) => differs[i] || value === right.values[i]);
  }
}

/** What was asked, and every line that was answered meanwhile, each of them with what it answers. */
function textsOf(step: Transition): readonly string[] {
  return [step.label, ...step.answered.flatMap((one) => linesOf(step, one))];
}

/**
 * The lines of an answer in an order of their own: rows that were asked for in none come as they lie in the file, which
 * earlier schedules have a part in.
 */
function linesOf({ client, label }: Transition, one: Transition['answered'][number]): readonly string[] {
  // The same row means something else in the answer to something else.
  const asked = one.client === client ? parsed(label).template : 'a step that waited';
  return [...one.content].sort().map((line) => `${line}${ANSWERS}${asked}`);
}

/** Between a line and what it answers. */
const ANSWERS = ' <- ';

function parsed(text: string): Parsed {
  return { template: text.replace(VALUE, '#'), values: text.match(VALUE) ?? [] };
}
