import { describe, expect, it } from 'vitest';
import { percentAtMost, percentInterval, rough } from './numbers.js';

const plain = (text: string) => text.replaceAll('\u00a0', ' ');

describe('bounds in percent', () => {
  it.each([
    [0.0495, '5.0 %'],
    [0.05, '5.0 %'],
    [0.0501, '5.1 %'],
    [0.07, '7.0 %'],
    [0.14589, '14.6 %'],
    [0.001, '0.1 %'],
    [0.0009995, '0.100 %'],
    [0.000311, '0.032 %'],
    [1, '100.0 %'],
  ])('%f is rounded up to %s', (bound, words) => {
    expect(plain(percentAtMost(bound))).toBe(words);
  });

  it.each([
    [{ lower: 0.9394, upper: 1 }, '93-100 %'],
    [{ lower: 0.07, upper: 0.29 }, '7-29 %'],
    [{ lower: 0.0042, upper: 0.0891 }, '0.4-9.0 %'],
    [{ lower: 0, upper: 0.09 }, '0-9.0 %'],
  ])('an interval is rounded outwards', (interval, words) => {
    expect(plain(percentInterval(interval))).toBe(words);
  });
});

describe('rough', () => {
  it('keeps a decimal below ten only', () => {
    expect([0, 0.04, 4.25, 9.94, 9.95, 18.2, 1_320.4].map(rough)).toEqual([
      '0',
      '0.0',
      '4.3',
      '9.9',
      '10',
      '18',
      '1,320',
    ]);
  });
});
