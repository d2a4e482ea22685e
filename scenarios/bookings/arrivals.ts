/** Who comes at the same moment as another: however late they come, somebody is at the store at once. */
const AT_ONCE = 2;

/** When so many clients come: in pairs, evenly from the first moment to the last; one pair alone comes last. */
export function inPairs(count: number, firstMs: number, lastMs: number): number[] {
  const steps = Math.max(1, Math.ceil(count / AT_ONCE) - 1);
  const stepMs = (lastMs - firstMs) / steps;
  return Array.from({ length: count }, (_, place) =>
    count <= AT_ONCE ? lastMs : firstMs + stepMs * Math.floor(place / AT_ONCE),
  );
}
