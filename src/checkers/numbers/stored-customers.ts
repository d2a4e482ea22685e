import type { Finding } from '../../core/checker.js';
import type { AnomalyId } from '../../core/anomaly.js';
import { count, witnessOf } from '../words.js';
import type { CreationFacts, Numbering, NumberingChecker, StoredCustomer } from './numbering.js';
import { listed } from './listed.js';

/**
 * Whoever was told a number is stored with it and with his phone, so is everybody who was there before; and nobody else
 * is stored, but for attempts that ended in `info`. Linear; one finding for each anomaly, which names the first.
 *
 * An attempt explains a stored customer if it was answered `created` with that number, or ended in `info`, with that name
 * and phone; one that the store must not take explains nobody, whatever it was answered. Misses a customer whose attempt certainly failed when another attempt with the same name and phone ended in
 * `info`: then nobody can say whose it is. It is wrong only if a target reports `fail` for what did happen: that
 * target's report is then the mistake.
 */
export const storedCustomers: NumberingChecker = {
  name: 'stored-customers',
  anomalies: ['customer-missing', 'customer-unexpected'],
  check(numbering) {
    const stored = new Set(numbering.stored.map(place));
    const told = numbering.attempts.filter(
      ({ result, number = NaN, phone }) =>
        (result === 'created' || result === 'found') && !stored.has(place({ number, phone })),
    );
    const gone = numbering.initial.filter((customer) => !stored.has(place(customer)));
    return [...missing(numbering, told, gone), ...unexpected(numbering, strangers(numbering))];
  },
};

function place({ number, phone }: Pick<StoredCustomer, 'number' | 'phone'>): string {
  return `${number} ${phone}`;
}

function strangers({ initial, stored, attemptsByPhone }: Numbering): StoredCustomer[] {
  const before = new Set(initial.map(place));
  return stored.filter(
    (customer) =>
      !before.has(place(customer)) &&
      !(attemptsByPhone.get(customer.phone) ?? []).some((attempt) => explains(attempt, customer)),
  );
}

function explains({ result, number, name, invalid }: CreationFacts, customer: StoredCustomer): boolean {
  if (name !== customer.name || invalid) return false;
  return result === 'info' || (result === 'created' && number === customer.number);
}

function missing(
  { label, storedByPhone }: Numbering,
  told: readonly CreationFacts[],
  gone: readonly StoredCustomer[],
): Finding[] {
  const [first] = [...told, ...gone];
  if (!first) return [];
  const who = told[0] ? `Client ${told[0].client} was told` : 'Before the trial there was';
  const rest = told.length + gone.length - 1;
  const { number = NaN, phone } = first;
  const now = storedByPhone.get(phone)?.map((customer) => label(customer.number)) ?? [];
  return [
    finding(
      'customer-missing',
      `${who} ${label(number)} for the phone ${phone}, but no such customer is stored${rest > 0 ? `, and so for ${rest} more` : ''}.`,
      `${label(number)} with the phone ${phone}`,
      now.length > 0 ? `this phone has ${listed(now)}` : 'nobody has this phone',
      witnessOf(told),
    ),
  ];
}

function unexpected({ label, attemptsByPhone }: Numbering, strangers: readonly StoredCustomer[]): Finding[] {
  const [first] = strangers;
  if (!first) return [];
  const attempts = attemptsByPhone.get(first.phone) ?? [];
  const rest = strangers.length > 1 ? `, and so are ${strangers.length - 1} more` : '';
  return [
    finding(
      'customer-unexpected',
      `${label(first.number)} with the phone ${first.phone} is stored, though ${reason(attempts)}${rest}.`,
      'no customer but those who were answered "created"',
      count(strangers.length, 'more customer'),
      witnessOf(attempts),
    ),
  ];
}

function reason(attempts: readonly CreationFacts[]): string {
  if (attempts.length === 0) return 'nobody called with it';
  const [only] = attempts;
  if (attempts.length > 1 || !only) return 'nobody who called with it was told so';
  if (only.invalid) return `no store may take what client ${only.client} called with`;
  if (only.result === 'fail') return `the attempt of client ${only.client} certainly failed`;
  if (only.result === 'rejected') return `client ${only.client} was rejected`;
  return `client ${only.client} was told something else`;
}

function finding(
  anomaly: AnomalyId,
  message: string,
  expected: string,
  observed: string,
  witness: readonly number[],
): Finding {
  return { anomaly, grade: 'violation', message, expected, observed, witness };
}
