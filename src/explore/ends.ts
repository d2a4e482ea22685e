import type { ContractTypes } from '../core/contract.js';
import type { ExploredTrial } from './explored-trial.js';

type Trial = ExploredTrial<ContractTypes>;

/**
 * Tells whether two schedules ended alike: what each client was told, the scenario's numbers, and the state that is left.
 * Rows are compared in no order. It learns from two runs of one schedule which values are ids, of which only the order counts:
 * a sequence goes on counting from run to run.
 */
export class EndNames {
  /** Where in an end, in names of fields. */
  readonly #ids = new Set<string>();

  /** Two runs of one schedule. */
  learn(one: Trial, other: Trial): void {
    const [left, right] = [valuesOf(partsOf(one)), valuesOf(partsOf(other))];
    for (const [place, values] of left) {
      if (values.toSorted().join() !== (right.get(place) ?? []).toSorted().join()) this.#ids.add(place);
    }
  }

  /** Equal for ends that are alike. */
  nameOf(trial: Trial): string {
    const parts = partsOf(trial);
    const ids = [...valuesOf(parts)].flatMap(([place, values]) => (this.#ids.has(place) ? values : []));
    const sorted = [...new Set(ids)].sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
    const rankOf = new Map(sorted.map((id, rank) => [id, `#${rank + 1}`]));
    const named = (value: unknown, place: string): unknown => {
      if (Array.isArray(value)) {
        const items = value.map((item) => named(item, place));
        return isRows(place) ? items.map((item) => JSON.stringify(item)).sort() : items;
      }
      if (typeof value !== 'object' || value === null) {
        return this.#ids.has(place) ? rankOf.get(JSON.stringify(value)) : value;
      }
      const fields = Object.entries(value);
      // An answer that came as JSON has its fields in an order of its own.
      if (place !== '') fields.sort(([one], [other]) => (one < other ? -1 : 1));
      return fields.map(([name, inner]) => [name, named(inner, `${place}/${name}`)]);
    };
    return JSON.stringify(named(parts, ''));
  }
}

/** Without what was measured by a clock, and is another number in each run of one schedule: `lockAgeMs`. */
export function withoutDurations(tally: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(tally).filter(([name]) => !/(Ms|Ns)$/.test(name)));
}

/** By client: who began first is no difference between two ends. */
function partsOf({ history, result }: Trial) {
  const told = history.operations
    .toSorted((one, other) => one.client - other.client)
    .map((one) => ({ client: one.client, [one.status]: one.status === 'ok' ? one.output : one.error.code }));
  return { told, tally: withoutDurations(result.tally), final: history.final };
}

function isRows(place: string): boolean {
  return place.startsWith('/final');
}

/** Every value that is no list and no object, as JSON, by where it stands. */
function valuesOf(value: unknown, place = '', found = new Map<string, string[]>()): Map<string, string[]> {
  if (Array.isArray(value)) for (const item of value) valuesOf(item, place, found);
  else if (typeof value === 'object' && value !== null) {
    for (const [name, inner] of Object.entries(value)) valuesOf(inner, `${place}/${name}`, found);
  } else found.set(place, [...(found.get(place) ?? []), JSON.stringify(value)]);
  return found;
}
