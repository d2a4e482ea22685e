import type { BookOutcome } from '../../scenarios/bookings/contract.js';

export const BOOKED: BookOutcome = { result: 'booked' };
export const TAKEN: BookOutcome = { result: 'taken' };
export const BEING_BOOKED: BookOutcome = { result: 'being-booked' };
