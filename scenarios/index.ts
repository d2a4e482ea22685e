import type { ContractTypes } from '../src/core/contract.js';
import type { Parameters, Scenario } from '../src/core/scenario.js';

/** A scenario of any contract, as the registry, the command line and the engine hold it. */
export type AnyScenario = Scenario<ContractTypes>;

/** Every scenario that comes with race-check, by its name. Each is loaded when it is asked for. */
export const SCENARIOS: Readonly<Record<string, () => Promise<AnyScenario>>> = {
  'flash-sale': async () => anyContract((await import('./checkout/flash-sale.js')).default),
  'last-unit': async () => anyContract((await import('./checkout/last-unit.js')).default),
  basket: async () => anyContract((await import('./checkout/basket.js')).default),
  'oversized-cart': async () => anyContract((await import('./checkout/oversized-cart.js')).default),
  'crashed-buyer': async () => anyContract((await import('./checkout/crashed-buyer.js')).default),
  'customer-creation': async () => anyContract((await import('./customers/customer-creation.js')).default),
  'returning-customer': async () => anyContract((await import('./customers/returning-customer.js')).default),
  'thousand-customers': async () => anyContract((await import('./customers/thousand-customers.js')).default),
  'failed-creation': async () => anyContract((await import('./customers/failed-creation.js')).default),
  'five-digits': async () => anyContract((await import('./customers/five-digits.js')).default),
  'last-seat': async () => anyContract((await import('./seats/last-seat.js')).default),
  'school-bus': async () => anyContract((await import('./seats/school-bus.js')).default),
  group: async () => anyContract((await import('./seats/group.js')).default),
  'stale-lock': async () => anyContract((await import('./seats/stale-lock.js')).default),
  'table-booking': async () => anyContract((await import('./bookings/table-booking.js')).default),
  'overlapping-slots': async () => anyContract((await import('./bookings/overlapping-slots.js')).default),
  'stalled-holder': async () => anyContract((await import('./bookings/stalled-holder.js')).default),
  'stale-release': async () => anyContract((await import('./bookings/stale-release.js')).default),
  'crashed-holder': async () => anyContract((await import('./bookings/crashed-holder.js')).default),
  'order-update': async () => anyContract((await import('./orders/order-update.js')).default),
  'order-set': async () => anyContract((await import('./orders/order-set.js')).default),
  'discounted-orders': async () => anyContract((await import('./orders/discounted-orders.js')).default),
  'opposite-locks': async () => anyContract((await import('./orders/opposite-locks.js')).default),
  'shared-then-exclusive': async () =>
    anyContract((await import('./orders/shared-then-exclusive.js')).default),
  'stalled-transaction': async () => anyContract((await import('./orders/stalled-transaction.js')).default),
};

/**
 * Forgets which contract it is. The types cannot follow: a scenario's own checkers take only its own histories. It is
 * sound because whoever holds the scenario gives its checkers nothing but histories of that same scenario.
 */
function anyContract<C extends ContractTypes, P extends Parameters>(scenario: Scenario<C, P>): AnyScenario {
  return scenario as unknown as AnyScenario;
}
