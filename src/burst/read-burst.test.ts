import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import type { BurstDefinition } from './definition.js';
import { readBurst, type BurstWords } from './read-burst.js';

const cwd = mkdtempSync(path.join(os.tmpdir(), 'race-check-read-'));
afterAll(() => rmSync(cwd, { recursive: true, force: true }));
writeFileSync(path.join(cwd, 'booking.json'), '{"slot":{{trial}},"guest":"{{name}}"}');
writeFileSync(path.join(cwd, 'users.csv'), '\uFEFFname,token\n"Ann, ""A""",t-1\nBob,t-2\n');
writeFileSync(path.join(cwd, 'bad.csv'), 'name,token\nAnn\n');
writeFileSync(path.join(cwd, 'latin1.csv'), Buffer.from('name\nZoë\nAnn\n', 'latin1'));
writeFileSync(path.join(cwd, 'photo.png'), Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a]));

const WORDS: BurstWords = {
  ...{ headers: [], requests: [], reset: [], before: [], after: [], clients: 2 },
  ...{ insecure: false, sync: 'auto', allowRemote: false, timeoutMs: 30_000, cwd },
};

function read(words: Partial<BurstWords>): { definition: BurstDefinition | undefined; problems: string[] } {
  const problems: string[] = [];
  return { definition: readBurst({ ...WORDS, ...words }, problems), problems };
}

it('reads a request with a file for a body, a header, and a row of data for each client', () => {
  const { definition, problems } = read({
    method: 'post',
    url: 'http://localhost:5000/api/bookings?dry=0',
    body: '@booking.json',
    headers: ['Authorization: Bearer {{token}}'],
    data: 'users.csv',
    key: '{{trial}}',
  });
  expect(problems).toEqual([]);
  expect(definition).toEqual({
    baseUrl: 'http://localhost:5000',
    insecure: false,
    timeoutMs: 30_000,
    sync: 'auto',
    requests: [
      {
        method: 'POST',
        path: '/api/bookings?dry=0',
        headers: { 'Content-Type': 'application/json', Authorization: 'Bearer {{token}}' },
        body: '{"slot":{{trial}},"guest":"{{name}}"}',
      },
    ],
    ...{ reset: [], before: [], after: [], key: '{{trial}}' },
    rows: [
      { name: 'Ann, "A"', token: 't-1' },
      { name: 'Bob', token: 't-2' },
    ],
  });
});

it('reads requests from lines, and gives a path alone to the server of the others', () => {
  const { definition, problems } = read({
    requests: [
      'POST /buy {"user": {{client}}, "note": "a b"}',
      'DELETE http://127.0.0.1:5000/cart/{{client}}',
    ],
    reset: ['POST /reset'],
    after: ['GET /stock', 'GET /orders'],
  });
  expect(problems).toEqual([]);
  expect(definition).toMatchObject({
    baseUrl: 'http://127.0.0.1:5000',
    requests: [
      { method: 'POST', path: '/buy', body: '{"user": {{client}}, "note": "a b"}' },
      { method: 'DELETE', path: '/cart/{{client}}', headers: {} },
    ],
    reset: [{ method: 'POST', path: '/reset' }],
    after: [{ path: '/stock' }, { path: '/orders' }],
  });
});

it('leaves the content type to a header that names it, in any case', () => {
  const { definition } = read({
    method: 'POST',
    url: 'http://[::1]:1/',
    body: '{}',
    headers: ['content-type: x/y'],
  });
  expect(definition?.requests[0]?.headers).toEqual({ 'content-type': 'x/y' });
});

it('says everything that is wrong at once', () => {
  const { definition, problems } = read({
    method: 'POTS',
    url: 'localhost:5000/x',
    headers: ['nonsense', 'Host: elsewhere'],
    requests: [
      'GET http://shop.example/{{clint}}',
      'POST http://localhost:1/a @nowhere.json',
      'GET ftp://localhost/',
    ],
    reset: ['POST'],
    data: 'bad.csv',
    clients: 1,
  });
  expect(definition).toBeUndefined();
  expect(problems).toEqual([
    'expected "Name: value" for --header, got "nonsense"',
    'expected a header that is not the connection\'s own for --header, got "Host"',
    'expected a method (GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS) and a URL for the burst, got "POTS"',
    'expected a URL such as http://localhost:3000/api for the burst, got "localhost:5000/x"',
    'expected a server on this machine for --request, got shop.example: where bursts may be sent there, add --allow-remote',
    'expected a file for the body of --request, got nowhere.json: there is no such file',
    'expected a URL that begins with http://host or https://host for --request, got "ftp://localhost/"',
    'expected a URL such as http://localhost:3000/api for --reset, got ""',
    'expected a CSV for --data, got bad.csv: Invalid Record Length: columns length is 2, got 1 on line 2',
  ]);
});

it.each<[string, Partial<BurstWords>, string]>([
  [
    'a template that names nothing',
    { url: 'http://localhost/{{clint}}' },
    'got {{clint}} (the columns of a CSV',
  ],
  ['a template in the host', { url: 'http://{{client}}.localhost/' }, 'begins with http://host'],
  [
    'a column that there is not',
    { url: 'http://localhost/{{id}}', data: 'users.csv' },
    '{{name}}, {{token}} in',
  ],
  [
    'fewer rows than clients',
    { data: 'users.csv', clients: 3 },
    'a row for each of 3 clients in users.csv, got 2',
  ],
  [
    'fewer clients than requests',
    { requests: ['GET /a', 'GET /b'] },
    'as many clients as requests (3), got 2',
  ],
  [
    'two servers',
    { after: ['GET http://localhost:9/'] },
    'one server, got http://localhost and http://localhost:9',
  ],
  ['a user in the URL', { url: 'http://ann:secret@localhost/' }, 'without a user for the burst'],
  ['an address to listen on', { url: 'http://0.0.0.0:80/' }, 'on every address: write localhost'],
  ['another one', { url: 'http://[::]:80/', allowRemote: true }, 'got [::], which a server prints'],
  ['a file that is none', { data: 'users.scv' }, '--data, got users.scv: there is no such file'],
  ['a header that no header can hold', { headers: ['X-A: 日本'] }, '(Latin-1) for --header X-A'],
  ['a body of bytes that are no text', { body: '@photo.png' }, 'got photo.png: it is no text in UTF-8'],
  ['a CSV in another encoding', { data: 'latin1.csv' }, 'for --data, got latin1.csv: it is no text in UTF-8'],
  ['a file without a name', { body: '@' }, 'expected a file for the body of the burst, got its "@" alone'],
  ['a header with a line break', { headers: ['X-A: b\nX-B: c'] }, 'expected "Name: value" for --header'],
])('refuses %s', (_what, words, expected) => {
  const { definition, problems } = read({ method: 'GET', url: 'http://localhost/', ...words });
  expect(definition).toBeUndefined();
  expect(problems.join('\n')).toContain(expected);
});

it('complains once of a URL without its method, or of one that is refused', () => {
  const alone =
    'expected a method and a URL for the burst, such as POST http://localhost/x; got the URL alone';
  expect(read({ method: 'http://localhost/x' }).problems).toEqual([alone]);
  expect(read({ method: 'POST', url: 'http://localhost/x', reset: ['/reset'] }).problems).toEqual([
    'expected a method and a URL for --reset, such as POST /reset; got the URL alone',
  ]);
  expect(read({ method: 'POST', url: 'http://shop.example/', reset: ['POST /reset'] }).problems).toEqual([
    expect.stringContaining('--allow-remote'),
  ]);
});

it('refuses a command line without any request, and a body that belongs to none', () => {
  expect(read({}).problems).toEqual([expect.stringContaining('got neither')]);
  expect(read({ requests: ['GET http://localhost/'], body: 'x' }).problems).toEqual([
    expect.stringContaining('stands behind its URL'),
  ]);
});

it('lets bursts go to another machine where that is allowed', () => {
  const words = { method: 'GET', url: 'https://shop.example', allowRemote: true };
  expect(read(words).definition).toMatchObject({
    baseUrl: 'https://shop.example',
    requests: [{ path: '/' }],
  });
});

it('holds requests for longer where that is asked for, within what servers put up with', () => {
  const post = { method: 'POST', url: 'http://localhost:5000/' };
  expect(read({ ...post, holdMs: 50 }).definition).toMatchObject({ holdMs: 50 });
  expect(read({ ...post, holdMs: 2_001 }).problems).toEqual([
    'expected at most 2000 ms for --hold, got 2001 ms',
  ]);
  expect(read({ ...post, holdMs: 50, timeoutMs: 50 }).problems).toEqual([
    'expected a --hold shorter than the --timeout of 50 ms, got 50 ms',
  ]);
  expect(read({ ...post, holdMs: 50, sync: 'none' }).problems).toEqual([
    '--hold has nothing to hold with --sync none',
  ]);
});
