import { expect, it } from 'vitest';
import { fillIn, insideJson, parseTemplate, unknownNames } from './template.js';

const values = { client: '3', trial: '1', name: 'Ann "A" O\'Hara' };

it('fills in every place, with or without spaces inside the braces', () => {
  const template = parseTemplate('/users/{{client}}/trial-{{ trial }}?again={{client}}');
  expect(fillIn(template, values)).toBe('/users/3/trial-1?again=3');
});

it('leaves a text without places as it is, single braces too', () => {
  expect(fillIn(parseTemplate('{"a":{"b":1}}'), values)).toBe('{"a":{"b":1}}');
});

it('finds a place right behind the brace of a JSON object', () => {
  expect(fillIn(parseTemplate('{"a":{"b":{{client}}}}'), values)).toBe('{"a":{"b":3}}');
});

it('escapes what is filled in, and nothing else', () => {
  const template = parseTemplate('{"name":"{{name}}"}');
  expect(JSON.parse(fillIn(template, values, insideJson))).toEqual({ name: values.name });
  expect(fillIn(parseTemplate('/x y/{{name}}'), values, encodeURIComponent)).toBe(
    "/x y/Ann%20%22A%22%20O'Hara",
  );
});

it('names each unknown place once', () => {
  expect(unknownNames('{{clint}} {{client}} {{}} {{clint}}', ['client'])).toEqual(['clint', '']);
});

it('throws rather than sending a place that nobody filled in', () => {
  expect(() => fillIn(parseTemplate('{{nobody}}'), values)).toThrow('{{nobody}}');
});
