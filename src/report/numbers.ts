import { grouped } from '../core/grouped.js';

/** Keeps a number and its sign on one line; a terminal is given a plain space in the end. */
export const TIGHT_SPACE = '\u00a0';
const PERCENT = `${TIGHT_SPACE}%`;

const oneDecimal = (value: number) => grouped(value.toFixed(1));

/** `14,352`. */
export function whole(value: number): string {
  return grouped(value.toFixed(0));
}

/** `1,320`, and `4.2` below ten, where the decimal tells something. */
export function rough(value: number): string {
  return Math.abs(value) < 9.95 && value !== 0 ? oneDecimal(value) : whole(value);
}

/** A whole number as it is, a middle of two with its half. */
export function exact(value: number): string {
  return Number.isInteger(value) ? whole(value) : oneDecimal(value);
}

/** An upper bound in percent, rounded up so that it never claims more than was shown: `5.0 %`, `0.031 %`. */
export function percentAtMost(fraction: number): string {
  return `${decimals(fraction * 100, Math.ceil)}${PERCENT}`;
}

/** An interval in percent, rounded outwards: `93-100 %`, `0.4-8.9 %`. */
export function percentInterval({ lower, upper }: { lower: number; upper: number }): string {
  if (upper < 0.1)
    return `${decimals(lower * 100, Math.floor)}-${decimals(upper * 100, Math.ceil)}${PERCENT}`;
  return `${Math.floor(tidy(lower * 100))}-${Math.ceil(tidy(upper * 100))}${PERCENT}`;
}

/** `95 %`. */
export function percent(fraction: number): string {
  return `${tidy(fraction * 100)}${PERCENT}`;
}

/** One decimal; below 0.1 as many as two digits need. */
function decimals(percent: number, round: (value: number) => number): string {
  if (percent <= 0) return '0';
  const places = percent >= 0.1 ? 1 : Math.min(6, 1 - Math.floor(Math.log10(percent)));
  const scale = 10 ** places;
  return (round(tidy(percent * scale)) / scale).toFixed(places);
}

/** Takes away what binary fractions add: 0.07 * 100 is 7.000000000000001, which would round up to 8. */
function tidy(value: number): number {
  return Number(value.toPrecision(12));
}
