import type { History, Operation } from '../../src/core/history.js';
import { intervalCheckers } from '../../src/checkers/intervals/interval-checkers.js';
import type {
  Booking as StoredBooking,
  BookingAccess,
  BookingAttempt,
  ScheduleFacts,
  Slot,
} from '../../src/checkers/intervals/schedule.js';
import type { LeftLock } from '../../src/checkers/locks/left-behind.js';
import { lockCheckers } from '../../src/checkers/locks/lock-checkers.js';
import { openTransactions } from '../../src/checkers/open-transactions.js';
import type { Booking, Bookings } from './contract.js';
import { endOf, instantOf } from './times.js';

/** What must hold after every scenario of this contract. */
export const bookingCheckers = [
  ...intervalCheckers(scheduleOf),
  ...lockCheckers<Bookings>({ left: leftLocks }),
  openTransactions<Bookings>(),
] as const;

/** How a history of this contract is read as a schedule. */
export function scheduleOf({ initial, operations, final }: History<Bookings>): ScheduleFacts {
  return {
    attempts: operations.map((operation) => attemptOf(operation, initial.minutes)),
    initial: initial.bookings.map(storedOf),
    stored: final.bookings.map(storedOf),
  };
}

function attemptOf(operation: Operation<Bookings>, minutes: number): BookingAttempt {
  const { client, input, invokeIndex, completeIndex, invokedNs, completedNs } = operation;
  const end = endOf(input.start, minutes);
  return {
    ...storedOf({ ...input, end }),
    client,
    result: resultOf(operation),
    invokedNs,
    completedNs,
    accesses: accessesOf(operation),
    witness: completeIndex === undefined ? [invokeIndex] : [invokeIndex, completeIndex],
  };
}

function resultOf(operation: Operation<Bookings>): BookingAttempt['result'] {
  if (operation.status !== 'ok') return operation.status;
  const { result } = operation.output;
  return result === 'being-booked' ? 'busy' : result;
}

function accessesOf({ notes }: Operation<Bookings>): BookingAccess[] {
  return notes.flatMap(({ kind, fields: { inTheWay }, index }) =>
    kind === 'read' || kind === 'write'
      ? [{ kind, inTheWay: typeof inTheWay === 'number' ? inTheWay : undefined, index }]
      : [],
  );
}

function storedOf({ guests, ...slot }: Booking): StoredBooking {
  return { slot: slotOf(slot), details: `${guests} ${guests === 1 ? 'guest' : 'guests'}` };
}

function slotOf({ restaurant, table, date, start, end }: Omit<Booking, 'guests'>): Slot {
  return {
    resource: `Table ${table} of restaurant ${restaurant}`,
    start: instantOf(date, start),
    end: instantOf(date, end),
    when: `${date} ${start}-${end}`,
  };
}

function leftLocks({ final }: History<Bookings>): LeftLock[] {
  return final.locks.map(({ key, process, lapses }) => ({ key, process: process ?? undefined, lapses }));
}
