import type { Routes } from '../../../src/http/routes.js';
import type { SeatOutcome, Seats } from '../../../scenarios/seats/contract.js';

const STATUS: Readonly<Record<SeatOutcome['result'], number>> = { booked: 201, 'no-seat': 409, locked: 423 };
const MESSAGES: Readonly<Record<SeatOutcome['result'], string>> = {
  booked: 'Seat booked',
  'no-seat': 'No seat is left on this trip',
  locked: 'Somebody else is booking this trip. Please try again.',
};

/** `POST /api/trips/:id/bookings`: 201, 409 where no seat is left, or 423 where somebody else holds the lock. */
export const routes: Routes<Seats> = {
  bookSeat: {
    method: 'POST',
    path: '/api/trips/:id/bookings',
    request: ({ trip, student, seats }) => ({
      path: `/api/trips/${trip}/bookings`,
      body: { student, seats },
    }),
    input: ({ params, body }) => ({ trip: Number(params['id']), ...(body as object) }),
    answer: ({ result }) => ({ status: STATUS[result], body: { message: MESSAGES[result] } }),
    outcome: (answer): SeatOutcome => {
      if (answer.status === STATUS.booked) return { result: 'booked' };
      return { result: answer.status === STATUS.locked ? 'locked' : 'no-seat' };
    },
  },
};
