import type { History } from '../../src/core/history.js';
import type { Bookings } from './contract.js';

/** How many were booked, and how many were told that it is taken or being booked. Attempts without an answer are in neither. */
export function tally({ operations }: Pick<History<Bookings>, 'operations'>): {
  booked: number;
  refused: number;
} {
  const answers = operations.flatMap((operation) =>
    operation.status === 'ok' ? [operation.output.result] : [],
  );
  const booked = answers.filter((result) => result === 'booked').length;
  return { booked, refused: answers.length - booked };
}
