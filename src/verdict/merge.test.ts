import { expect, it } from 'vitest';
import { worstVerdict } from './merge.js';

it('takes violated over inconclusive over holds', () => {
  expect(worstVerdict(['holds', 'violated', 'inconclusive'])).toBe('violated');
  expect(worstVerdict(['holds', 'inconclusive', 'holds'])).toBe('inconclusive');
  expect(worstVerdict(['holds', 'holds'])).toBe('holds');
});

it('makes nothing of nothing', () => {
  expect(worstVerdict([])).toBe('inconclusive');
});
