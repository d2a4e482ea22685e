/** What a value, or several together, may become: each step may be taken or not, in any order. */
export interface Steps<T> {
  readonly from: T;
  readonly optional: readonly ((value: T) => T)[];
}

/** Beyond so many different values nothing is said: 2^12 steps that all differ. */
const MOST = 4096;

/** Every value that can be reached; undefined where they are too many to tell. `keyOf` says which are the same. */
export function reachable<T>(
  { from, optional }: Steps<T>,
  keyOf: (value: T) => string,
): Set<string> | undefined {
  let values = new Map([[keyOf(from), from]]);
  for (const step of optional) {
    const next = new Map(values);
    for (const value of values.values()) {
      const stepped = step(value);
      next.set(keyOf(stepped), stepped);
    }
    if (next.size > MOST) return undefined;
    values = next;
  }
  return new Set(values.keys());
}
