import { OWN_CONTRACT } from './own-contract.js';

/** What a config begins with for one contract: routes as our reference API has them, for their author to correct. */
export interface ContractTemplate {
  readonly contract: string;
  /** Of the question which one it is. */
  readonly question: string;
  readonly finalType: string;
  /** The scenario to begin with. */
  readonly scenario: string;
  /** The operations, each with its request and its outcome; indented by six. */
  readonly operations: string;
  /** Where the contract is none of ours: its name in the file, that of its scenario, and what defines both. */
  readonly own?: {
    readonly name: string;
    readonly scenario: string;
    definitions(target: string): string;
    /** What a control of it must show; ours say so in their scenarios. */
    readonly shows: string;
  };
}

const CHECKOUT = `      checkout: {
        request: ({ buyer, cart }) => ({ method: 'POST', path: '/api/checkout', body: { buyer, items: cart } }),
        outcome: (answer) => {
          if (answer.status === 201) return { result: 'ordered' };
          // 409: which product was short, how much is left, how much was wanted.
          const { product, available, requested } = answer.json() as {
            product: string;
            available: number;
            requested: number;
          };
          return { result: 'insufficient-stock', product, available, requested, message: 'sold out' };
        },
      },`;

const BOOKINGS = `      book: {
        request: ({ restaurant, table, date, start, guests }) => ({
          method: 'POST',
          path: '/api/bookings',
          body: { restaurantId: restaurant, tableId: table, date, startTime: start, guestCount: guests },
        }),
        // 200: booked. 409: taken, or just being booked by somebody else ('being-booked').
        outcome: (answer) => ({ result: answer.status === 200 ? 'booked' : 'taken' }),
      },`;

const CUSTOMERS = `      create: {
        request: ({ name, phone }) => ({ method: 'POST', path: '/api/customers', body: { name, phone } }),
        // 201: created. 200: the phone is known. 422: refused.
        outcome: (answer) => {
          if (answer.status === 422) return { result: 'rejected', reason: answer.body };
          const { customerNumber } = answer.json() as { customerNumber: string };
          return { result: answer.status === 201 ? 'created' : 'found', number: customerNumber };
        },
      },`;

const ORDERS = `      addToTotal: {
        request: ({ order, amount, readFirst }) => ({
          method: 'POST',
          path: \`/api/orders/\${order}/additions\`,
          body: { amount, readFirst },
        }),
        // The total that was replaced, as the API took it to be.
        outcome: (answer) => ({ result: 'updated', ...(answer.json() as { previous: number }) }),
      },
      setTotal: {
        request: ({ order, total }) => ({ method: 'PUT', path: \`/api/orders/\${order}/total\`, body: { total } }),
        outcome: (answer) => ({ result: 'updated', ...(answer.json() as { previous: number }) }),
      },
      lockBoth: {
        request: (transfer) => ({ method: 'POST', path: '/api/orders/transfers', body: transfer }),
        outcome: (answer) => ({
          result: 'moved',
          ...(answer.json() as { previousFirst: number; previousSecond: number }),
        }),
      },
      readTotals: {
        request: ({ orders: ids }) => ({ method: 'GET', path: \`/api/orders?ids=\${ids.join(',')}\` }),
        outcome: (answer) => ({ result: 'read', ...(answer.json() as { totals: number[] }) }),
      },
      createOrder: {
        request: ({ reference, customer, discount, items }) => ({
          method: 'POST',
          path: '/api/orders',
          body: { reference, customer, discountId: discount, items },
        }),
        outcome: (answer) => ({ result: answer.status === 201 ? 'created' : 'discount-used-up' }),
      },`;

const SEATS = `      bookSeat: {
        request: ({ trip, student, seats: places }) => ({
          method: 'POST',
          path: \`/api/trips/\${trip}/bookings\`,
          body: { student, seats: places },
        }),
        // 201: booked. 409: no seat is left. 423: somebody else holds the lock of the trip.
        outcome: (answer) => {
          if (answer.status === 201) return { result: 'booked' };
          return { result: answer.status === 423 ? 'locked' : 'no-seat' };
        },
      },`;

export const TEMPLATES: readonly ContractTemplate[] = [
  template('checkout', 'buyers check out carts', 'CheckoutFinal', 'flash-sale', CHECKOUT),
  template('bookings', 'guests book tables', 'BookingsFinal', 'table-booking', BOOKINGS),
  template(
    'customers',
    'customers are created with numbers',
    'CustomersFinal',
    'customer-creation',
    CUSTOMERS,
  ),
  template('orders', 'staff change orders', 'OrdersFinal', 'order-update', ORDERS),
  template('seats', 'students book seats of a trip', 'SeatsFinal', 'last-seat', SEATS),
  OWN_CONTRACT,
];

function template(
  contract: string,
  question: string,
  finalType: string,
  scenario: string,
  operations: string,
): ContractTemplate {
  return { contract, question, finalType, scenario, operations };
}
