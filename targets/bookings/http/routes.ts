import type { Routes } from '../../../src/http/routes.js';
import type { BookOutcome, Bookings } from '../../../scenarios/bookings/contract.js';
import { BEING_BOOKED, BOOKED, TAKEN } from '../outcomes.js';

/** What a guest reads, word for word as in the seed that tells of these bookings. */
const MESSAGES: Readonly<Record<BookOutcome['result'], string>> = {
  booked: 'Table booked successfully',
  'being-booked': 'This table is being booked by another user right now. Please try again in a moment.',
  taken: 'This table is already booked for this time.',
};

/** `POST /api/bookings`: 200, or 409 with the reason. */
export const routes: Routes<Bookings> = {
  book: {
    method: 'POST',
    path: '/api/bookings',
    request: ({ restaurant, table, date, start, guests }) => ({
      path: '/api/bookings',
      body: { restaurantId: restaurant, tableId: table, date, startTime: start, guestCount: guests },
    }),
    input: ({ body }) => {
      const booking = body as Readonly<Record<string, unknown>>;
      return {
        restaurant: booking['restaurantId'],
        table: booking['tableId'],
        date: booking['date'],
        start: booking['startTime'],
        guests: booking['guestCount'],
      };
    },
    answer: ({ result }) => ({
      status: result === 'booked' ? 200 : 409,
      body: { message: MESSAGES[result] },
    }),
    outcome: (answer) => {
      if (answer.status === 200) return BOOKED;
      const { message } = answer.json() as { readonly message: string };
      return message === MESSAGES['being-booked'] ? BEING_BOOKED : TAKEN;
    },
  },
};
