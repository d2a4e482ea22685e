import { setTimeout as wait } from 'node:timers/promises';
import { shuffled } from '../src/engine/start-plan.js';
import { openShop, type Shop } from './http-shop.js';
import type { ShopSetting } from './http-server.js';
import {
  autocannonPeer,
  fetchPeer,
  k6Peer,
  ours,
  serverStopped,
  undiciPeer,
  type Technique,
} from './http-techniques.js';
import { startProgram } from './program.js';
import { print, progress, type BenchOptions, type BenchResult } from './result.js';
import { openSender } from './sender.js';
import { markdownTable } from './table.js';

const ROUNDS = 12;
const QUICK_ROUNDS = 3;
const BURSTS_A_ROUND = 10;
/** Of each round, before what counts: connections. */
const SETTLING = 3;
/**
 * Of each technique, before the first round: until then V8 compiles what the server and the clients have just begun to do, on
 * threads that it starts beside theirs, and on two cores these hold the server up for milliseconds: in
 * a trace of the scheduler's, most gaps of more than 0.5 ms between two arrivals.
 */
const WARMING = 100;
const JITTER_MS = 2;

const PLAIN: ShopSetting = { windowUs: 0, lookUpMs: 0, workMs: 0 };
const WITH_LOOK_UP: ShopSetting = { ...PLAIN, lookUpMs: 3 };

/** What one technique came to in one cell of the table. */
interface Measured {
  readonly spreadsUs: number[];
  readonly costsMs: number[];
  hits: number;
  bursts: number;
}

type Cell = ReadonlyMap<string, Measured>;

const CELLS = ['many', 'pair', 'look-up', 'cluster', 'http2'] as const;
type CellName = (typeof CELLS)[number];

/**
 * Bursts of ours and of peers on the same racy shop, in rounds in which their order is drawn. A burst hits where more was sold
 * than there was; the spread of its arrivals is the server's. Everything shares this machine: read the ratios. Not under a
 * real-time policy (`chrt`): there a server that is woken does not run before its client sleeps, so that whatever was written
 * arrives at once. Then fetch hits four times in five and its spread is little more than what the server itself needs for
 * 33 requests, which nobody comes below; under the usual policy it hits once in five. What that is on this machine is measured
 * with them: the server is stopped until all is written.
 */
export async function benchHttp({ quick, cells = CELLS }: BenchOptions): Promise<BenchResult[]> {
  const unknown = cells.filter((name) => !CELLS.some((cell) => cell === name));
  if (unknown.length > 0) throw new Error(`unknown cell: ${unknown.join(', ')} (known: ${CELLS.join(', ')})`);
  const rounds = quick ? QUICK_ROUNDS : ROUNDS;
  const sender = await openSender();
  const our = ours(sender, 'auto');
  const peers = [our, autocannonPeer, fetchPeer, undiciPeer];
  const k6 = k6Peer();
  const shop = await openShop('h1');
  const h2c = await openShop('h2c');
  const cluster = await openShop('cluster');
  const jittery = await startProgram('./http-jitter', [new URL(h2c.url).port, String(JITTER_MS)]);
  const measured: Partial<Record<CellName, Cell>> = {};
  const cell = async (name: CellName, title: string, ...how: Parameters<typeof measure>) => {
    if (!cells.includes(name)) return;
    printCell(title, (measured[name] = await measure(...how)));
  };
  try {
    const all = [...peers, ...(k6 ? [k6] : []), serverStopped(sender, shop.pid)];
    const turn = 'one turn of the event loop between check and act';
    await cell('many', `33 requests, ${turn}`, shop, all, 33, PLAIN, rounds);
    await cell('pair', '2 requests, the same', shop, peers, 2, PLAIN, rounds);
    const lookUp = '2 requests, a look-up of 0 to 3 ms before the body is read';
    await cell('look-up', lookUp, shop, peers, 2, WITH_LOOK_UP, rounds);
    const shared = '2 requests to two processes (node:cluster), a message to a third between check and act';
    await cell('cluster', shared, cluster, peers, 2, PLAIN, rounds);
    const jitter = `2 requests over HTTP/2, ${JITTER_MS} ms of jitter`;
    await cell(
      'http2',
      jitter,
      { ...h2c, url: `http://127.0.0.1:${jittery.told as number}` },
      [ours(sender, 'single-packet')],
      2,
      PLAIN,
      rounds,
    );
    return results(measured);
  } finally {
    jittery.close();
    for (const one of [sender, shop, h2c, cluster]) one.close();
  }
}

async function measure(
  shop: Shop,
  techniques: readonly Technique[],
  count: number,
  setting: ShopSetting,
  rounds: number,
): Promise<Cell> {
  const cell = new Map<string, Measured>();
  for (const { name } of techniques) cell.set(name, { spreadsUs: [], costsMs: [], hits: 0, bursts: 0 });
  for (const technique of techniques.filter(({ isAnew }) => !isAnew)) {
    progress(`http: ${count} requests, warming up, ${technique.name}`);
    const opened = await technique.open(shop.url, count);
    for (let burst = 0; burst < WARMING; burst += 1) {
      await shop.reset(setting);
      await opened.burst();
    }
    await opened.close();
  }
  for (let round = 0; round < rounds; round += 1) {
    for (const technique of shuffled(techniques, Math.random)) {
      progress(`http: ${count} requests, round ${round + 1} of ${rounds}, ${technique.name}`);
      const opened = await technique.open(shop.url, count);
      const into = cell.get(technique.name)!;
      for (let burst = -SETTLING; burst < BURSTS_A_ROUND; burst += 1) {
        await shop.reset(setting);
        const { costMs } = await opened.burst();
        const { arrivalsNs, sold, requests } = await shop.stats();
        if (requests !== count)
          throw new Error(`expected ${count} requests of ${technique.name}, got ${requests}`);
        if (burst < 0) continue;
        const arrivals = arrivalsNs.map(BigInt).sort((a, b) => (a < b ? -1 : 1));
        into.spreadsUs.push(Number(arrivals.at(-1)! - arrivals[0]!) / 1e3);
        into.costsMs.push(costMs);
        into.bursts += 1;
        if (sold > 1) into.hits += 1;
      }
      await opened.close();
      await wait(20);
    }
  }
  return cell;
}

function percentile(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor((percent / 100) * sorted.length))] ?? Number.NaN;
}

const rate = ({ hits, bursts }: Measured) => hits / bursts;
const percents = (share: number) => `${(100 * share).toFixed(0)} %`;

function printCell(title: string, cell: Cell): void {
  print(`\nHTTP: ${title}\n`);
  print(
    markdownTable(
      ['', 'bursts', 'hit', 'spread p50', 'spread p95', 'cost of a burst p50'],
      [...cell].map(([name, one]) => [
        name,
        String(one.bursts),
        percents(rate(one)),
        `${percentile(one.spreadsUs, 50).toFixed(0)} us`,
        `${percentile(one.spreadsUs, 95).toFixed(0)} us`,
        `${name.startsWith('race-check') ? 'hold + ' : ''}${percentile(one.costsMs, 50).toFixed(1)} ms`,
      ]),
    ),
  );
}

function results({
  many,
  pair,
  'look-up': lookUp,
  http2: direct,
}: Partial<Record<CellName, Cell>>): BenchResult[] {
  return [
    ...(many === undefined ? [] : ofMany(many)),
    ...(pair === undefined
      ? []
      : [
          spread(pair, autocannonPeer.name, 50, 1 / 2, 2),
          hits('2 requests, window of one turn', pair, 'race-check', 0.9),
        ]),
    ...(lookUp === undefined ? [] : [hits('2 requests, look-up of 0 to 3 ms', lookUp, 'race-check', 0.85)]),
    ...(direct === undefined
      ? []
      : [hits(`2 requests over HTTP/2, ${JITTER_MS} ms of jitter`, direct, 'race-check, HTTP/2', 0.98)]),
  ];
}

function ofMany(many: Cell): BenchResult[] {
  return [
    ...[autocannonPeer, fetchPeer].flatMap(({ name }) => [
      spread(many, name, 50, 1 / 2, 33),
      spread(many, name, 95, 1 / 4, 33),
    ]),
    hits('33 requests, window of one turn', many, 'race-check', 0.85),
    cost(many),
  ];
}

function spread(cell: Cell, peer: string, percent: number, goal: number, count: number): BenchResult {
  const of = (name: string) => percentile(cell.get(name)!.spreadsUs, percent);
  const ratio = of('race-check') / of(peer);
  return {
    what: `http: p${percent} of the spread of arrivals, ${count} requests, against ${peer}`,
    goal: `at most 1/${1 / goal}`,
    measured: `1/${(1 / ratio).toFixed(1)}`,
    met: ratio <= goal,
  };
}

function hits(what: string, cell: Cell, name: string, goal: number): BenchResult {
  const others = [...cell].filter(([other]) => other !== name);
  const words = others.map(([other, one]) => `${other} ${percents(rate(one))}`);
  return {
    what: `http: bursts that hit, ${what}`,
    goal: `at least ${percents(goal)}`,
    measured: `${percents(rate(cell.get(name)!))}${words.length > 0 ? ` (${words.join(', ')})` : ''}`,
    met: rate(cell.get(name)!) >= goal,
  };
}

function cost(cell: Cell): BenchResult {
  const ms = percentile(cell.get('race-check')!.costsMs, 50);
  return {
    what: 'http: what a burst of 33 requests takes beyond its hold',
    goal: 'at most 10 ms',
    measured: `${ms.toFixed(1)} ms`,
    met: ms <= 10,
  };
}
