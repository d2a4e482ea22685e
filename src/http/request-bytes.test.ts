import { describe, expect, it } from 'vitest';
import { requestBytes, type Cut } from './request-bytes.js';

const base = new URL('http://localhost:5000/api/');
const order = {
  method: 'POST',
  path: '/orders',
  headers: { 'X-User': 'Zo\u00eb' },
  body: '{"name":"Zo\u00eb"}',
};
const HEAD =
  'POST /api/orders HTTP/1.1\r\nhost: localhost:5000\r\nx-user: Zo\u00eb\r\ncontent-length: 15\r\n\r\n';

function parts(request: Parameters<typeof requestBytes>[0], cut: Cut): [string, string] {
  const { first, held } = requestBytes(request, base, cut);
  return [first.toString('latin1'), held.toString('latin1')];
}

describe('the bytes of a request', () => {
  it('are held back from the last one of the body, of the head, or all of them', () => {
    const body = Buffer.from(order.body).toString('latin1');
    expect(parts(order, 'last-byte')).toEqual([HEAD + body.slice(0, -1), '}']);
    expect(parts(order, 'head-end')).toEqual([HEAD.slice(0, -1), `\n${body}`]);
    expect(parts(order, 'whole')).toEqual(['', HEAD + body]);
  });

  it('without a body are held back from the end of the head', () => {
    const [first, held] = parts({ method: 'GET', path: '/', headers: {} }, 'last-byte');
    expect(first).toBe('GET /api/ HTTP/1.1\r\nhost: localhost:5000\r\n\r');
    expect(held).toBe('\n');
  });

  it('say that a body is empty where the method has one', () => {
    expect(parts({ method: 'POST', path: '/', headers: {} }, 'whole')[1]).toContain('content-length: 0');
    expect(parts({ method: 'DELETE', path: '/', headers: {} }, 'whole')[1]).not.toContain('content-length');
  });

  it('go to the host that a header names', () => {
    const request = { method: 'GET', path: '/', headers: { Host: 'shop.example' } };
    expect(parts(request, 'whole')[1]).toBe('GET /api/ HTTP/1.1\r\nhost: shop.example\r\n\r\n');
  });

  it.each([
    [{ method: 'post' }, 'expected a method such as POST, got "post"'],
    [{ path: 'orders' }, 'expected a path that begins with a slash'],
    [{ path: '/a b' }, 'percent-encoded, got "/a b"'],
    [{ path: '/a HTTP/1.1\r\nx: y' }, 'percent-encoded'],
    [{ headers: { 'a b': 'c' } }, 'expected the name of a header, got "a b"'],
    [{ headers: { a: 'b\r\nc: d' } }, 'expected printable characters in the header a'],
    [{ headers: { a: '\u20ac' } }, 'expected printable characters in the header a'],
    [
      { headers: { 'Content-Length': '1' } },
      'expected no header Content-Length: it is set where the request is sent',
    ],
    [{ headers: { 'transfer-encoding': 'chunked' } }, 'expected no header transfer-encoding'],
  ])('cannot be made of %j', (part, message) => {
    expect(() => requestBytes({ ...order, ...part }, base, 'whole')).toThrow(message);
    expect(() => requestBytes({ ...order, ...part }, base, 'whole')).toThrow(TypeError);
  });
});
