import { expect, test } from 'vitest';
import { parsedBody } from './body.js';

test('two integers that no number tells apart stay two, digit for digit', () => {
  const json = '{"ids":[9007199254740992,9007199254740993,-9007199254740993],"number":17}';

  expect(parsedBody('application/json', json)).toEqual({
    ids: ['9007199254740992', '9007199254740993', '-9007199254740993'],
    number: 17,
  });
});

test('what is no long integer is left as it is: digits in a text, fractions, exponents, the longest safe integer', () => {
  const json = String.raw`{"text":"\"9007199254740993","price":0.12345678901234567,"big":1e300,"safe":9007199254740991}`;

  expect(parsedBody('application/json', json)).toEqual(JSON.parse(json));
});

test('a body that is no JSON stays a text, with all of its digits', () => {
  expect(parsedBody('text/plain', '9007199254740993')).toBe('9007199254740993');
  expect(parsedBody('application/json', '{"id":9007199254740993')).toBe('{"id":9007199254740993');
});
