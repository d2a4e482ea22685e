import { once } from 'node:events';
import http2 from 'node:http2';
import net from 'node:net';
import { describe, expect, it } from 'vitest';
import { NotHappened } from '../core/context.js';
import type { HeldRequest, HttpRequest } from './http-transport.js';
import { afterwards, bodyOf, open, serve, serveRaw } from './servers.fixture.js';

const order: HttpRequest = { method: 'POST', path: '/orders', headers: {}, body: '{"units":1}' };
const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

/** A bare server that answers its GETs well, and does this with every other request once it is whole. */
function faulty(onOrder: (socket: net.Socket) => void): Promise<string> {
  return serveRaw((socket) => {
    let text = '';
    socket.on('data', (bytes) => {
      text += bytes.toString('latin1');
      if (text.startsWith('GET') && text.endsWith('\r\n\r\n')) socket.write(OK);
      else if (text.endsWith(order.body!)) onOrder(socket);
      else return;
      text = '';
    });
  });
}

async function heldAt(url: string, count = 1): Promise<readonly HeldRequest[]> {
  const { clients } = await open(url, count);
  return Promise.all(clients.map((client) => client.hold(order)));
}

async function codeOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    (answer) => `answered: ${JSON.stringify(answer)}`,
    (error: { code: string }) => error.code,
  );
}

describe('a server of HTTP/1.1 that does not answer well', () => {
  it.each<[string, (socket: net.Socket) => void, string]>([
    ['ends the connection', (socket) => socket.end(), 'no-answer'],
    ['resets it', (socket) => socket.resetAndDestroy(), 'connection-lost'],
    [
      'ends it within its answer',
      (socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nok'),
      'answer-cut-off',
    ],
    ['ends it within its head', (socket) => socket.end('HTTP/1.1 200 O'), 'answer-cut-off'],
    ['answers garbage', (socket) => socket.write('+PONG\r\n'), 'not-http'],
    [
      'names a length that is none',
      (socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2x\r\n\r\nok'),
      'not-http',
    ],
    [
      'garbles its chunks',
      (socket) => socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxx\r\n'),
      'not-http',
    ],
  ])('and %s is told apart', async (_, fault, code) => {
    const [held] = await heldAt(await faulty(fault));
    expect(await codeOf(held!.release())).toBe(code);
  });

  it('and hangs is waited for, until the client is closed', async () => {
    const url = await faulty(() => undefined);
    const { clients } = await open(url, 1);
    const answer = (await clients[0]!.hold(order)).release();
    await clients[0]!.close();
    expect(await codeOf(answer)).toBe('abandoned');
  });

  it('and says that it failed has answered', async () => {
    const [held] = await heldAt(
      await faulty((socket) => socket.write('HTTP/1.1 503 Busy\r\nContent-Length: 4\r\n\r\nlate')),
    );
    expect(await held!.release()).toMatchObject({ status: 503, body: 'late', early: false });
  });

  it('and answers as soon as it has the head has answered early, before the connection ended too', async () => {
    const url = await serveRaw((socket) => {
      let text = '';
      socket.on('data', (bytes) => {
        text += bytes.toString('latin1');
        if (text.startsWith('GET')) {
          text = '';
          socket.write(OK);
        } else if (text.includes('\r\n\r\n'))
          socket.end('HTTP/1.1 413 Too Large\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
      });
    });
    const { clients } = await open(url, 1);
    const first = await (await clients[0]!.hold(order)).release();
    expect(first).toMatchObject({ status: 413, early: false });
    const second = await clients[0]!.hold(order);
    expect(second.early).toBe(true);
    expect(await second.release()).toMatchObject({ status: 413, early: true });
  });

  it('and ends a connection while its request is held leaves it without an answer', async () => {
    const sockets: net.Socket[] = [];
    const url = await serveRaw((socket) => {
      socket.on('data', (bytes) => {
        if (bytes.toString('latin1').startsWith('GET')) socket.write(OK);
        else sockets.push(socket);
      });
    });
    const held = await heldAt(url, 3);
    const closed = sockets.map((socket) => once(socket, 'close'));
    for (const socket of sockets) socket.resetAndDestroy();
    await Promise.all(closed);
    const codes = await Promise.all(held.map((one) => codeOf(one.release())));
    expect(codes).toEqual(['connection-lost', 'connection-lost', 'connection-lost']);
  });

  it('and dies in mid-burst leaves some answered and the others without an answer', async () => {
    let answered = 0;
    const sockets: net.Socket[] = [];
    const url = await faulty((socket) => {
      sockets.push(socket);
      if (answered < 2) socket.write(OK);
      else for (const one of sockets.slice(2)) one.resetAndDestroy();
      answered += 1;
    });
    const held = await heldAt(url, 3);
    const codes = await Promise.all(held.map((one) => codeOf(one.release())));
    expect(codes.filter((code) => code.startsWith('answered'))).toHaveLength(2);
    expect(codes.filter((code) => code === 'connection-lost')).toHaveLength(1);
  });

  it('and closes what is idle is connected to again before the next request, which is counted', async () => {
    const sockets = new Set<net.Socket>();
    const url = await faulty((socket) => {
      sockets.add(socket);
      socket.write(OK);
    });
    const { clients, contexts } = await open(url, 2);
    const answersOf = async () => {
      const held = await Promise.all(clients.map((client) => client.hold(order)));
      return Promise.all(held.map((one) => one.release()));
    };
    await answersOf();
    expect(contexts.counts).toEqual({});
    const closed = [...sockets].map((socket) => once(socket, 'close'));
    for (const socket of sockets) socket.end();
    await Promise.all(closed);
    expect(await answersOf()).toMatchObject([{ status: 200 }, { status: 200 }]);
    expect(contexts.counts).toEqual({ reconnect: 2 });
  });

  it('and keeps no connection alive is connected to for each request, not warmed in vain', async () => {
    let orders = 0;
    const url = await serve('http', (request, response) => {
      response.setHeader('connection', 'close');
      if (request.method === 'GET') return response.end();
      bodyOf(request, () => {
        orders += 1;
        response.end('ok');
      });
    });
    const { transport, contexts } = await open(url, 0);
    const own = [0, 1, 2].map((client) => contexts.client(client));
    const clients = await Promise.all(own.map((context) => transport.client(context)));
    const connections = () => own.map(({ slot }) => slot.connections.length);
    const toOpen = connections();
    for (let trial = 0; trial < 2; trial += 1) {
      const held = await Promise.all(clients.map((client) => client.hold(order)));
      expect(await Promise.all(held.map((one) => one.release()))).toMatchObject(
        Array(3).fill({ status: 200 }),
      );
    }
    expect(orders).toBe(6);
    expect(contexts.counts).toEqual({ reconnect: 3 });
    // The first request went on the connection that was opened last, the second on another one.
    expect(connections()).toEqual(toOpen.map((count) => count + 1));
    clients.forEach((client) => void client.close());
  });

  it('and does not listen has had nothing', async () => {
    const listening = net.createServer();
    await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
    const { port } = listening.address() as net.AddressInfo;
    await new Promise((resolve) => listening.close(resolve));
    const opening = open(`http://127.0.0.1:${port}`, 1);
    await expect(opening).rejects.toThrow(NotHappened);
    await expect(opening).rejects.toThrow(`could not connect to http://127.0.0.1:${port}`);
  });
});

describe('a server of HTTP/2 that does not answer well', () => {
  async function h2c(onOrder: (stream: http2.ServerHttp2Stream) => void): Promise<string> {
    const server = http2.createServer();
    const sessions = new Set<http2.ServerHttp2Session>();
    server.on('session', (session) => sessions.add(session));
    server.on('sessionError', () => undefined);
    server.on('stream', (stream, headers) => {
      stream.on('error', () => undefined);
      if (headers[':method'] === 'GET') {
        stream.respond({ ':status': 200 });
        stream.end();
      } else {
        stream.resume();
        stream.once('end', () => onOrder(stream));
      }
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    afterwards(() => {
      for (const session of sessions) session.destroy();
      server.close();
    });
    return `http://127.0.0.1:${(server.address() as net.AddressInfo).port}`;
  }

  const heldOver = async (url: string) => {
    const { clients } = await open(url, 1, { sync: 'single-packet' });
    return clients[0]!.hold(order);
  };

  it.each<[string, (stream: http2.ServerHttp2Stream) => void, string]>([
    ['resets the stream', (stream) => stream.close(http2.constants.NGHTTP2_INTERNAL_ERROR), 'no-answer'],
    ['refuses it', (stream) => stream.close(http2.constants.NGHTTP2_REFUSED_STREAM), 'refused-stream'],
    ['ends the connection', (stream) => stream.session!.destroy(), 'no-answer'],
    [
      'resets it within its answer',
      (stream) => {
        stream.respond({ ':status': 200 });
        stream.write('half');
        setImmediate(() => stream.destroy(new Error('a fault')));
      },
      'answer-cut-off',
    ],
  ])('and %s is told apart', async (_, fault, code) => {
    const held = await heldOver(await h2c(fault));
    expect(await codeOf(held.release())).toBe(code);
  });

  it.each([
    ['says goodbye', http2.constants.NGHTTP2_NO_ERROR, 'answered'],
    ['loses patience', http2.constants.NGHTTP2_ENHANCE_YOUR_CALM, 'no-answer'],
  ])(
    'and %s within a burst surely did nothing for the requests behind the last that it names',
    async (_, code, first) => {
      let ordered = 0;
      const url = await h2c((stream) => {
        ordered += 1;
        if (ordered > 1) return;
        stream.session!.goaway(code, stream.id);
        stream.respond({ ':status': 200 });
        stream.end('ok');
      });
      const { clients } = await open(url, 3, { sync: 'single-packet' });
      const held = await Promise.all(clients.map((client) => client.hold(order)));
      const codes = await Promise.all(
        held.map((one) =>
          one.release().then(
            () => 'answered',
            ({ code }: { code: string }) => code,
          ),
        ),
      );
      expect(codes).toEqual([first, 'refused-stream', 'refused-stream']);
    },
  );

  it('and hangs is waited for, until the client is closed', async () => {
    const url = await h2c(() => undefined);
    const { clients } = await open(url, 1, { sync: 'single-packet' });
    const answer = (await clients[0]!.hold(order)).release();
    await clients[0]!.close();
    expect(await codeOf(answer)).toMatch(/no-answer|connection-lost/);
  });

  it('and ends the connection between two bursts is connected to again, which is counted', async () => {
    const sessions: http2.Http2Session[] = [];
    const url = await h2c((stream) => {
      sessions.push(stream.session!);
      stream.respond({ ':status': 200 });
      stream.end('ok');
    });
    const { clients, contexts } = await open(url, 1, { sync: 'single-packet' });
    const send = async () => (await clients[0]!.hold(order)).release();
    expect(await send()).toMatchObject({ status: 200 });
    const ended = once(contexts.sockets.at(-1)!, 'close');
    sessions[0]!.destroy();
    await ended;
    expect(await send()).toMatchObject({ status: 200 });
    expect(contexts.counts).toEqual({ reconnect: 1 });
  });

  it('because it speaks HTTP/1.1 is said so', async () => {
    const url = await serve('http', (_, response) => response.end());
    await expect(open(url, 1, { sync: 'single-packet' })).rejects.toThrow(`expected HTTP/2 at ${url}`);
  });
});
