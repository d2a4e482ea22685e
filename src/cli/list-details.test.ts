import { expect, it } from 'vitest';
import { detailsText } from './list-details.js';

it('leaves out what a target does not say of itself', () => {
  const target = { id: 'http/mine', summary: 'An API.', prevents: 'Overselling.', costs: '', source: '' };
  const text = detailsText([{ contract: 'checkout', scenarios: [], targets: [target] }], 80);
  expect(text.split('\n').map((line) => line.trim().replace(/ +/g, ' '))).toEqual([
    'checkout',
    '',
    'http/mine',
    'does An API.',
    'prevents Overselling.',
    'claims nothing',
    '',
  ]);
});
