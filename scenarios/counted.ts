/** `1 call`, `1,000 calls`. */
export function counted(amount: number, noun: string): string {
  return `${grouped(amount)} ${noun}${amount === 1 ? '' : 's'}`;
}

/** `1,200`. */
export function grouped(amount: number): string {
  return amount.toLocaleString('en-US');
}
