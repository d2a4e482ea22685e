import { checkout } from './checkout.js';
import type { Claim, ClaimedSystem } from './claim.js';
import { customerNumbers } from './customer-numbers.js';
import { lockingInNode } from './locking-in-node.js';
import { tableBooking } from './table-booking.js';
import { twoPhaseLocking } from './two-phase-locking.js';

/** The five texts, in the order of the tables. */
export const SYSTEMS: readonly ClaimedSystem[] = [
  customerNumbers,
  tableBooking,
  checkout,
  twoPhaseLocking,
  lockingInNode,
];

export interface NamedClaim {
  /** `A1` */
  readonly name: string;
  readonly claim: Claim;
}

/** Every claim with its name, in the order of the tables. */
export const CLAIMS: readonly NamedClaim[] = SYSTEMS.flatMap(({ letter, claims }) =>
  claims.map((claim, place) => ({ name: `${letter}${place + 1}`, claim })),
);
