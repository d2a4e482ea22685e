import type { Transition } from './execution.js';

/** The same choices led to another step than before: the code, or the store, does not do the same again. */
export class Diverged extends Error {
  override readonly name = 'Diverged';
  constructor(
    /** From 0. */
    readonly place: number,
    readonly expected: string,
    readonly came: string,
  ) {
    super(`at step ${place + 1} ${expected} was expected, and ${came} came`);
  }
}

/** A step, with everything that was answered meanwhile. */
export function wordsOf(step: Transition | undefined): string {
  if (step === undefined) return 'the end';
  const { client, label, waits, answered } = step;
  const answers = answered.map((one) => `, client ${one.client} was answered: ${one.label}`).join('');
  return `client ${client}: ${label}${waits ? ' (waits)' : ''}${answers}`;
}
