import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keepSecret, redact, redactDeep } from './redact.js';

describe('redact', () => {
  it.each([
    ['postgres://ann:hunter2@db.example:5432/shop', 'postgres://ann:***@db.example:5432/shop'],
    ['redis://:hunter2@localhost', 'redis://:***@localhost'],
    ['mongodb+srv://ann:hunter2@a,b/shop?x=1', 'mongodb+srv://ann:***@a,b/shop?x=1'],
    ['cannot reach "postgres://a:p@h/d" (refused)', 'cannot reach "postgres://a:***@h/d" (refused)'],
    ['postgres://a:p@h and redis://:q@i', 'postgres://a:***@h and redis://:***@i'],
    ['POSTGRES://A:P@H', 'POSTGRES://A:***@H'],
    ['host=db password=hunter2 user=ann', 'host=db password=*** user=ann'],
    ["PGPASSWORD='two words' psql", 'PGPASSWORD=*** psql'],
    ['postgres://h/d?user=ann&password=hunter2&x=1', 'postgres://h/d?user=ann&password=***&x=1'],
  ])('takes the password out of %s', (text, redacted) => {
    expect(redact(text)).toBe(redacted);
  });

  it.each([
    'postgres://ann@db.example/shop',
    'http://localhost:3000/users/@me',
    'http://localhost:3000/checkout?user=ann@example.com',
    'Write it into the URL: redis://:<password>@host',
    'the password is not here',
    'expected buyer: 4, came buyer: 9',
  ])('leaves %s alone', (text) => {
    expect(redact(text)).toBe(text);
  });

  it('leaves nothing of a password, whatever is in it', () => {
    const password = fc
      .string({ minLength: 6, maxLength: 20 })
      .filter((text) => !/\s|\*/.test(text) && !'postgres://ann@db.example:5432/shop'.includes(text));
    fc.assert(
      fc.property(password, (secret) => {
        expect(redact(`no answer from postgres://ann:${secret}@db.example:5432/shop`)).toBe(
          'no answer from postgres://ann:***@db.example:5432/shop',
        );
      }),
    );
  });

  it('looks into every string of a report, names of fields too', () => {
    const url = 'redis://:hunter2@h';
    const deep = redactDeep({ a: [{ [url]: url }], n: 1, none: null, yes: true });
    expect(deep).toEqual({ a: [{ 'redis://:***@h': 'redis://:***@h' }], n: 1, none: null, yes: true });
  });
});

describe('tokens', () => {
  it.each([
    ['Authorization: Bearer abc.def', 'Authorization: ***'],
    ['--header=authorization: Basic YWJjOmRlZg==', '--header=authorization: ***'],
    ['Cookie: session=abc; other=def', 'Cookie: ***'],
    ['Cookie: session={{session}}; other=def', 'Cookie: ***'],
    ['X-Api-Key: 12345', 'X-Api-Key: ***'],
    ['{"authorization":"Bearer abc","name":"Ann"}', '{"authorization":"***","name":"Ann"}'],
    ['{"access_token":"abc","left":1}', '{"access_token":"***","left":1}'],
    ['http://localhost:1/a?token=abc&b=1', 'http://localhost:1/a?token=***&b=1'],
    ['echo of Bearer abc.def-1 in a body', 'echo of Bearer *** in a body'],
    ['eyJhbGciOi.eyJzdWIi.c2ln is no valid token', '*** is no valid token'],
    ['refreshToken=abc', 'refreshToken=***'],
    ['{"access_token":"cut off in the mid', '{"access_token":"***'],
    [String.raw`{"by":"{\"token\":\"abc\",\"n\":1}"}`, String.raw`{"by":"{\"token\":\"***\",\"n\":1}"}`],
    ['/a?token=abc-{{client}}&b={{client}}', '/a?token=***&b={{client}}'],
  ])('go out of %j', (text, expected) => {
    expect(redact(text)).toBe(expected);
  });

  it.each([
    'Authorization: Bearer {{token}}',
    '{"token":"{{token}}"}',
    'Cookie: sid={{sid}}',
    'Cookie: sid={{sid}}; csrf={{csrf}}',
    '/api/{{user}}?token={{token}}&n={{client}}',
    'expected one of {{client}}, {{token}} in a template',
    'the token was refused: it is too old',
    'tokens: 5, token count 3',
    'unexpected token: "b"',
  ])('that are none stay: %j', (text) => {
    expect(redact(text)).toBe(text);
  });

  it('go wherever they stand while they are known, the longer ones first', () => {
    const release = keepSecret(['abc-123', 'abc-123-456', 'c.d+', 'no']);
    expect(redactDeep({ echo: 'abc-123-456, abc-1234 and c.d+, no ccd' })).toEqual({
      echo: '***, ***4 and ***, no ccd',
    });
    release();
    expect(redact('abc-123')).toBe('abc-123');
  });

  it('go out of fields whose name says what they hold, and stay out of numbers', () => {
    const value = { token: 'abc', name: 'Ann', nested: [{ Authorization: 'Bearer x', secret: 5 }] };
    expect(redactDeep(value)).toEqual({
      ...{ token: '***', name: 'Ann' },
      nested: [{ Authorization: '***', secret: 5 }],
    });
  });
});
