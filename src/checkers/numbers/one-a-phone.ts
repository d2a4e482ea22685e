import type { Finding } from '../../core/checker.js';
import { count, witnessOf } from '../words.js';
import { groupBy, type CreationFacts, type Numbering, type NumberingChecker } from './numbering.js';
import { listed } from './listed.js';

/**
 * A phone belongs to one customer: not two stored with it, not two answers `created` for it, and none where it was known
 * before; and all who were answered for one phone were told the same number. Linear; one finding for each anomaly.
 *
 * Certain: it counts no `info`. Misses an answer `found` that came before its customer was there, if its number is right.
 */
export const oneAPhone: NumberingChecker = {
  name: 'one-a-phone',
  anomalies: ['duplicate-customer', 'unequal-numbers'],
  check(numbering) {
    const phones = [...new Set([...numbering.storedByPhone.keys(), ...numbering.attemptsByPhone.keys()])];
    const known = new Set(numbering.initial.map(({ phone }) => phone));
    const doubled = phones
      .map((phone) => ({ phone, customers: customersOf(numbering, phone, known.has(phone)) }))
      .filter(({ customers }) => customers > 1)
      .sort((one, other) => other.customers - one.customers);
    const unequal = phones
      .map((phone) => ({ phone, told: firstByNumber(answered(numbering, phone)) }))
      .filter(({ told }) => told.length > 1)
      .sort((one, other) => other.told.length - one.told.length);
    return [...duplicateCustomer(numbering, doubled), ...unequalNumbers(numbering, unequal)];
  },
};

function customersOf(numbering: Numbering, phone: string, wasKnown: boolean): number {
  const created = answered(numbering, phone).filter(({ result }) => result === 'created').length;
  return Math.max(numbering.storedByPhone.get(phone)?.length ?? 0, created + (wasKnown ? 1 : 0));
}

function answered({ attemptsByPhone }: Numbering, phone: string): CreationFacts[] {
  return (attemptsByPhone.get(phone) ?? []).filter(
    ({ result }) => result === 'created' || result === 'found',
  );
}

function firstByNumber(attempts: readonly CreationFacts[]): CreationFacts[] {
  return [...groupBy(attempts, ({ number }) => number).values()].flatMap(([first]) => first ?? []);
}

function duplicateCustomer(
  numbering: Numbering,
  doubled: readonly { readonly phone: string; readonly customers: number }[],
): Finding[] {
  const [worst] = doubled;
  if (!worst) return [];
  const created = answered(numbering, worst.phone).filter(({ result }) => result === 'created');
  const more = doubled.length > 1 ? `, and ${count(doubled.length - 1, 'more phone')} to several` : '';
  return [
    {
      anomaly: 'duplicate-customer',
      grade: 'violation',
      message: `The phone ${worst.phone} belongs to ${worst.customers} customers${more}.`,
      expected: 'one customer a phone',
      observed: `${count(doubled.length, 'phone')} with more than one customer`,
      witness: witnessOf(created),
    },
  ];
}

function unequalNumbers(
  { label }: Numbering,
  unequal: readonly { readonly phone: string; readonly told: readonly CreationFacts[] }[],
): Finding[] {
  const [worst] = unequal;
  if (!worst) return [];
  const numbers = worst.told.map(({ number = NaN }) => label(number));
  return [
    {
      anomaly: 'unequal-numbers',
      grade: 'violation',
      message: `Those who called with the phone ${worst.phone} were told ${listed(numbers)}.`,
      expected: 'one number for one phone',
      observed: `${count(unequal.length, 'phone')} with more than one number`,
      witness: witnessOf(worst.told),
    },
  ];
}
