import http from 'node:http';
import http2 from 'node:http2';
import type net from 'node:net';

/** How the shop behaves until it is told otherwise. */
export interface ShopSetting {
  /** Between check and act: 0 is one turn of the event loop. */
  readonly windowUs: number;
  /** Before the body is read, as of a session: random, up to so long. */
  readonly lookUpMs: number;
  /** `POST /late-buy` works so long before its check. */
  readonly workMs: number;
}

/** What came since the last reset. */
export interface ShopStats {
  /** Of each request's last byte, in nanoseconds of the monotonic clock. */
  readonly arrivalsNs: readonly string[];
  readonly sold: number;
  readonly requests: number;
}

export type ShopRequest =
  { readonly type: 'reset'; readonly setting: ShopSetting } | { readonly type: 'stats' };

/**
 * A shop with one unit left, in a process of its own: reads the stock, waits, and writes it. More than one sold is the race.
 * Says its port, then answers what it is asked over the channel to its parent, and ends with it.
 */
const protocol = process.argv[2];
let setting: ShopSetting = { windowUs: 0, lookUpMs: 0, workMs: 0 };
let stock = 1;
let sold = 0;
let requests = 0;
let arrivalsNs: string[] = [];

/** To the microsecond: a timer has no more than milliseconds, and what comes meanwhile is handled. */
async function pass(us: number): Promise<void> {
  const until = performance.now() + us / 1_000;
  do await new Promise((resolve) => setImmediate(resolve));
  while (performance.now() < until);
}

async function buy(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
  requests += 1;
  if (setting.lookUpMs > 0) await pass(Math.random() * setting.lookUpMs * 1_000);
  request.resume();
  await new Promise((resolve) => request.once('end', resolve));
  arrivalsNs.push(process.hrtime.bigint().toString());
  if (request.url === '/late-buy') await pass(setting.workMs * 1_000);
  const seen = stock;
  await pass(setting.windowUs);
  if (seen > 0) {
    stock = seen - 1;
    sold += 1;
  }
  response.writeHead(seen > 0 ? 200 : 409, { 'content-length': 4 });
  response.end(seen > 0 ? 'sold' : 'none');
}

function onRequest(request: http.IncomingMessage, response: http.ServerResponse): void {
  if (request.method === 'POST') void buy(request, response);
  else response.end('ok');
}

const server: net.Server =
  protocol === 'h2c'
    ? http2.createServer(
        onRequest as unknown as (
          request: http2.Http2ServerRequest,
          response: http2.Http2ServerResponse,
        ) => void,
      )
    : Object.assign(http.createServer(onRequest), { keepAliveTimeout: 600_000 });

process.on('message', (message: ShopRequest) => {
  if (message.type === 'reset') {
    setting = message.setting;
    stock = 1;
    sold = 0;
    requests = 0;
    arrivalsNs = [];
    process.send?.({});
  } else process.send?.({ arrivalsNs, sold, requests } satisfies ShopStats);
});
process.on('disconnect', () => process.exit());
server.listen({ port: 0, host: '127.0.0.1', backlog: 1_024 }, () =>
  process.send?.((server.address() as net.AddressInfo).port),
);
