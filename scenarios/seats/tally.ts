import type { History } from '../../src/core/history.js';
import type { Seats } from './contract.js';

/** How many were answered what, and the seats left of all trips. Attempts without an answer are in none. */
export function tally({ operations, final }: History<Seats>): Readonly<Record<string, number>> {
  const answers = operations.flatMap((one) => (one.status === 'ok' ? [one.output.result] : []));
  const of = (result: string) => answers.filter((answer) => answer === result).length;
  return {
    booked: of('booked'),
    'no-seat': of('no-seat'),
    locked: of('locked'),
    left: final.trips.reduce((places, { seats }) => places + seats, 0),
  };
}
