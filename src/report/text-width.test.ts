import { describe, expect, it } from 'vitest';
import { beside, textWidth } from './text-width.js';

describe('beside', () => {
  const text = 'checkout buyer=28 cart=[productId=1 quantity=1]';
  const label = '  event 40  10.460 ms  client 28  ';

  it('begins the later lines of a text below its first', () => {
    expect(beside(label, text, 60)).toEqual([
      '  event 40  10.460 ms  client 28  checkout buyer=28',
      '                                  cart=[productId=1',
      '                                  quantity=1]',
    ]);
  });

  it('puts a text below a label that leaves no room, but not one that fits', () => {
    expect(beside(label, text, 50)).toEqual([
      '  event 40  10.460 ms  client 28',
      '      checkout buyer=28 cart=[productId=1',
      '      quantity=1]',
    ]);
    expect(beside(label, 'ok found', 44)).toEqual(['  event 40  10.460 ms  client 28  ok found']);
  });

  it('says every word in lines that are no wider, however wide the terminal', () => {
    for (let width = 16; width <= 100; width += 1) {
      const lines = beside(label, text, width);
      expect(Math.max(...lines.map(textWidth))).toBeLessThanOrEqual(width);
      expect(lines.join(' ').split(/\s+/).join('')).toBe((label + text).replace(/\s/g, ''));
    }
  });
});
