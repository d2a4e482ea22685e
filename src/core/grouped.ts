/** Decimal digits with a comma before each group of three: `14,352`. Not by `Intl`: to load the rules of all languages takes as long as a trial. */
export function grouped(number: number | string): string {
  return String(number).replace(/\B(?<!\.\d*)(?=(?:\d{3})+(?!\d))/g, ',');
}
