import { expect, it } from 'vitest';
import { prepareRequest, valuesOf } from './values.js';

const NUMBERS = { trial: 3, fresh: '111111111', random: '222222222' };

it('fills in a request for one client: its row, the trial, and what the seed drew', () => {
  const prepared = prepareRequest({
    method: 'POST',
    path: '/users/{{name}}/é?trial={{trial}}&c={{client}}',
    headers: { 'Idempotency-Key': '{{fresh}}-{{random}}' },
    body: '{"name":"{{name}}","n":{{client}}}',
  });
  const request = prepared(valuesOf(1, NUMBERS, [{ name: 'x' }, { name: 'A/"B"' }]));
  expect(request).toEqual({
    method: 'POST',
    path: '/users/A%2F%22B%22/%C3%A9?trial=3&c=1',
    headers: { 'Idempotency-Key': '111111111-222222222' },
    body: '{"name":"A/\\"B\\"","n":1}',
  });
});

it('leaves a body that is no JSON as it was written', () => {
  const prepared = prepareRequest({ method: 'POST', path: '/', headers: {}, body: 'name={{name}}' });
  expect(prepared(valuesOf(0, NUMBERS, [{ name: 'a"b' }])).body).toBe('name=a"b');
});

it('lets no value begin another header', () => {
  const prepared = prepareRequest({ method: 'GET', path: '/', headers: { A: '{{name}}' } });
  expect(prepared(valuesOf(0, NUMBERS, [{ name: 'a\r\nB: c' }])).headers).toEqual({ A: 'a B: c' });
});
