import { grouped } from '../src/core/grouped.js';

/** `1 call`, `1,000 calls`. */
export function counted(amount: number, noun: string): string {
  return `${grouped(amount)} ${noun}${amount === 1 ? '' : 's'}`;
}
