const PREFIX = 'CUST';
const LEAST_DIGITS = 4;

/** `CUST` and at least four digits; five and more without a leading zero, so that one number has one spelling. */
export const CUSTOMER_NUMBER = /^CUST(?:\d{4}|[1-9]\d{4,})$/;

/** `CUST0017`; from 10,000 on with as many digits as it takes. */
export function customerNumber(sequence: number): string {
  return `${PREFIX}${String(sequence).padStart(LEAST_DIGITS, '0')}`;
}

/** 17 for `CUST0017`; NaN for what is no customer number. */
export function sequenceOf(number: string): number {
  return CUSTOMER_NUMBER.test(number) ? Number(number.slice(PREFIX.length)) : NaN;
}
