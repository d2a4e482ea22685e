import cluster from 'node:cluster';
import http from 'node:http';
import http2 from 'node:http2';
import type net from 'node:net';
import { localStock, serveStock, sharedStock } from './http-stock.js';

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

/** `cluster`: HTTP/1.1 in two processes, which share a stock in a third. Always with a window of 0 us. */
export type ShopProtocol = 'h1' | 'h2c' | 'cluster';

const WORKERS = 2;

/**
 * A shop with one unit left, in a process of its own: reads the stock, waits, and writes it. More than one sold is the race.
 * Says its port, then answers what it is asked over the channel to its parent, and ends with it.
 */
const protocol = process.argv[2] as ShopProtocol;
const stock = localStock();
const { look, sell } = cluster.isWorker ? sharedStock() : stock;
let setting: ShopSetting = { windowUs: 0, lookUpMs: 0, workMs: 0 };

/** To the microsecond: a timer has no more than milliseconds, and what comes meanwhile is handled. */
async function pass(us: number): Promise<void> {
  const until = performance.now() + us / 1_000;
  do await new Promise((resolve) => setImmediate(resolve));
  while (performance.now() < until);
}

async function buy(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
  if (setting.lookUpMs > 0) await pass(Math.random() * setting.lookUpMs * 1_000);
  request.resume();
  await new Promise((resolve) => request.once('end', resolve));
  const arrivedNs = process.hrtime.bigint();
  if (request.url === '/late-buy') await pass(setting.workMs * 1_000);
  const looked = look(arrivedNs);
  const seen = typeof looked === 'number' ? looked : await looked;
  await pass(setting.windowUs);
  if (seen > 0) sell(seen - 1);
  response.writeHead(seen > 0 ? 200 : 409, { 'content-length': 4 });
  response.end(seen > 0 ? 'sold' : 'none');
}

function onRequest(request: http.IncomingMessage, response: http.ServerResponse): void {
  if (request.method === 'POST') void buy(request, response);
  else response.end('ok');
}

function listen(told: (port: number) => void): void {
  const server: net.Server =
    protocol === 'h2c'
      ? http2.createServer(
          onRequest as unknown as (
            request: http2.Http2ServerRequest,
            response: http2.Http2ServerResponse,
          ) => void,
        )
      : Object.assign(http.createServer(onRequest), { keepAliveTimeout: 600_000 });
  server.listen({ port: 0, host: '127.0.0.1', backlog: 1_024 }, () =>
    told((server.address() as net.AddressInfo).port),
  );
}

function listenInWorkers(told: (port: number) => void): void {
  serveStock(stock);
  let listening = 0;
  cluster.on('listening', (_worker, { port }) => {
    listening += 1;
    if (listening === WORKERS) told(port);
  });
  for (let worker = 0; worker < WORKERS; worker += 1) cluster.fork();
}

if (cluster.isWorker) listen(() => undefined);
else {
  process.on('message', (message: ShopRequest) => {
    if (message.type === 'stats') return void process.send?.(stock.stats());
    setting = message.setting;
    stock.reset();
    process.send?.({});
  });
  const listening = protocol === 'cluster' ? listenInWorkers : listen;
  listening((port) => process.send?.(port));
}
process.on('disconnect', () => process.exit());
