import { closest, distance } from 'fastest-levenshtein';

/** `, did you mean "x"?` where one of the names is near, else nothing. */
export function didYouMean(name: string, names: readonly string[]): string {
  if (names.length === 0) return '';
  const nearest = closest(name, [...names]);
  const near = distance(name, nearest) <= Math.max(2, Math.floor(name.length / 3));
  return near ? `, did you mean "${nearest}"?` : '';
}
