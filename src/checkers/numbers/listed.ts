/** How many a sentence names before it counts the rest. */
const NAMED = 5;

/** `a`, `a and b`, `a, b, c, d, e and 8 more`; `total` says how many there are where not all are at hand. */
export function listed(items: readonly string[], total = items.length): string {
  const named = items.slice(0, NAMED);
  const rest = total - named.length;
  const all = rest > 0 ? [...named, `${rest} more`] : named;
  const last = all.at(-1) ?? '';
  return all.length > 1 ? `${all.slice(0, -1).join(', ')} and ${last}` : last;
}
