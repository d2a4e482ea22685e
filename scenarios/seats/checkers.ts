import { openTransactions } from '../../src/checkers/open-transactions.js';
import { conservation } from '../../src/checkers/sale/conservation.js';
import { negativeInBetween } from '../../src/checkers/sale/negative-in-between.js';
import { negativeStock } from '../../src/checkers/sale/negative-stock.js';
import { orders } from '../../src/checkers/sale/orders.js';
import { oversold } from '../../src/checkers/sale/oversold.js';
import { refusedThoughFree } from '../../src/checkers/sale/refused-though-free.js';
import { saleCheckers } from '../../src/checkers/sale/sale-checkers.js';
import type { AttemptFacts, SaleFacts, SaleWords, StockAccess } from '../../src/checkers/sale/sale.js';
import type { History, Operation } from '../../src/core/history.js';
import type { Seats } from './contract.js';

const WORDS: SaleWords = {
  buyer: 'student',
  unit: 'seat',
  product: 'trip',
  order: 'booking',
  ordered: 'booked',
  stock: 'seat count',
};

/** Seats are limited stock: never below 0, bookings = seats taken, one booking a seat; a refusal that need not be is no violation. */
export const seatCheckers = [
  ...saleCheckers(saleOf, {
    checkers: [oversold, negativeStock, conservation, orders, refusedThoughFree, negativeInBetween],
    anomalies: {
      'order-missing': 'booking-missing',
      'order-duplicated': 'booking-duplicated',
      'order-partial': 'booking-altered',
      'order-unexpected': 'booking-unexpected',
    },
  }),
  openTransactions<Seats>(),
] as const;

/** A trip is a product, its seats are the stock, a student is a buyer: how a history is read as a sale. */
export function saleOf({ initial, operations, final }: History<Seats>): SaleFacts {
  return {
    products: initial.trips.map(({ id, name, seats }) => ({ id, name, stock: seats })),
    attempts: operations.map(attemptOf),
    left: final.trips.map(({ id, seats }) => ({ id, stock: seats })),
    orders: final.bookings.map(({ student, trip, seats }) => ({
      buyer: student,
      items: [{ product: trip, units: seats }],
    })),
    words: WORDS,
  };
}

function attemptOf(operation: Operation<Seats>): AttemptFacts {
  const { input, invokeIndex, completeIndex, invokedNs, completedNs } = operation;
  return {
    buyer: input.student,
    cart: [{ product: input.trip, units: input.seats }],
    result: resultOf(operation),
    invokedNs,
    completedNs,
    accesses: accessesOf(operation),
    witness: completeIndex === undefined ? [invokeIndex] : [invokeIndex, completeIndex],
  };
}

/** No answer names a number of seats, so `no-seat` and `locked` are judged alike: was there a seat or not. */
function resultOf(operation: Operation<Seats>): AttemptFacts['result'] {
  if (operation.status !== 'ok') return operation.status;
  return operation.output.result === 'booked' ? 'ordered' : 'refused';
}

function accessesOf(operation: Operation<Seats>): StockAccess[] {
  return operation.notes.flatMap(({ kind, fields: { trip, seats, by }, index }) =>
    (kind === 'read' || kind === 'write') && typeof trip === 'number'
      ? [
          {
            kind,
            product: trip,
            stock: typeof seats === 'number' ? seats : undefined,
            relative: by !== undefined,
            index,
          },
        ]
      : [],
  );
}
