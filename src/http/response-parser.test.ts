import { describe, expect, it } from 'vitest';
import { ResponseParser, type ParsedResponse } from './response-parser.js';

/** What comes of these bytes, whole or one byte at a time; `ends`: then the server ends the connection. */
function parsed(
  text: string,
  { ends = false, toHead = false, step = Infinity } = {},
): ParsedResponse | string {
  const parser = new ResponseParser(toHead);
  const bytes = Buffer.from(text, 'latin1');
  try {
    for (let at = 0; at < bytes.length; at += step) {
      const answer = parser.push(bytes.subarray(at, at + step));
      if (answer !== undefined && at + step >= bytes.length) return answer;
    }
    return ends ? parser.end() : 'incomplete';
  } catch (error) {
    return (error as { code: string }).code;
  }
}

describe('an answer of HTTP/1.1', () => {
  it.each([
    [
      'with a length',
      'HTTP/1.1 200 OK\r\nContent-Length: 4\r\nX-A: 1\r\nx-a: 2\r\n\r\nsold',
      200,
      'sold',
      true,
    ],
    [
      'in chunks',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nso\r\n2;a=b\r\nld\r\n0\r\nt: 1\r\n\r\n',
      200,
      'sold',
      true,
    ],
    ['without a body', 'HTTP/1.1 204 No Content\r\n\r\n', 204, '', true],
    [
      'after interim answers',
      'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nLink: x\r\n\r\nHTTP/1.1 409\r\nContent-Length: 0\r\n\r\n',
      409,
      '',
      true,
    ],
    ['that closes', 'HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 1\r\n\r\nx', 200, 'x', false],
    ['of HTTP/1.0', 'HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\nx', 200, 'x', false],
    [
      'with the same length twice',
      'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx',
      200,
      'x',
      true,
    ],
  ])('%s is read whole, and byte by byte', (_, text, status, body, reusable) => {
    for (const step of [Infinity, 1, 7]) {
      expect(parsed(text, { step })).toMatchObject({ status, body, reusable });
    }
  });

  it('joins headers of one name, under a name in lower case', () => {
    expect(parsed('HTTP/1.1 200 OK\r\nX-A: 1\r\nx-a:2 \r\ncontent-length: 0\r\n\r\n')).toMatchObject({
      headers: { 'x-a': '1, 2' },
    });
  });

  it('to a HEAD has no body whatever length it names', () => {
    expect(parsed('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n', { toHead: true })).toMatchObject({
      body: '',
    });
  });

  it('without a length lasts until the connection ends', () => {
    const text = 'HTTP/1.1 200 OK\r\n\r\nsold';
    expect(parsed(text)).toBe('incomplete');
    expect(parsed(text, { ends: true })).toMatchObject({ body: 'sold', reusable: false });
  });

  it('with bytes behind it is whole, and its connection is not used again', () => {
    expect(parsed('HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nxHTTP')).toMatchObject({
      body: 'x',
      reusable: false,
    });
  });

  it.each([
    ['', 'no-answer'],
    ['HTTP/1.1 200 OK\r\nContent-', 'answer-cut-off'],
    ['HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nsol', 'answer-cut-off'],
    ['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nsold\r\n', 'answer-cut-off'],
  ])('that ends within %j is no answer', (text, code) => {
    expect(parsed(text, { ends: true })).toBe(code);
  });

  const chunked = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n';
  it.each([
    'SSH-2.0-OpenSSH_9.2\r\n',
    'HTTP/2 200 OK\r\n\r\n',
    'HTTP/1.1 999 What\r\n\r\n',
    'HTTP/1.1 2000 OK\r\n\r\n',
    'HTTP/1.1 200 OK\r\nno colon\r\n\r\n',
    'HTTP/1.1 200 OK\r\nA: b\r\n folded\r\n\r\n',
    'HTTP/1.1 200 OK\r\nContent-Length: ten\r\n\r\n',
    'HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n',
    'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx',
    'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    `${chunked}zz\r\n`,
    `${chunked}2\r\nsold\r\n`,
    `${chunked}0\r\nno colon\r\n\r\n`,
  ])('is not made up from %j', (text) => {
    expect(parsed(text)).toBe('not-http');
    expect(parsed(text, { step: 1 })).toBe('not-http');
  });

  it('is given up when it is larger than is read', () => {
    expect(parsed(`HTTP/1.1 200 OK\r\nA: ${'a'.repeat(70_000)}`)).toBe('answer-too-large');
    expect(parsed(`HTTP/1.1 200 OK\r\n\r\n${'a'.repeat(17 << 20)}`, { step: 1 << 20 })).toBe(
      'answer-too-large',
    );
  });
});
