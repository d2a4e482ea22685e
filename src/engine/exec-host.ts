import type { StoreAddress } from '../core/context.js';
import type { HistoryEvent } from '../core/history.js';
import { limitWords } from '../core/time-limit.js';
import type { Reaper } from '../process/reaper.js';
import { monotonicNs, sinceNs } from './clock.js';
import { addressFor, ExecClientState, ImpossibleEvent } from './exec-client.js';
import { ExecProgram, type ExecCommand } from './exec-program.js';
import { EXEC_PROTOCOL, type ExecEvent, type ExecHello } from './exec-protocol.js';
import type { HostLink, OnEvents } from './host-link.js';
import type { ProcessHosts } from './process-host.js';
import type {
  ArmReply,
  ArmRequest,
  HostReplyValue,
  HostRequest,
  LoadReply,
  LoadRequest,
  SettleReply,
} from './protocol.js';

const HELLO_LIMIT_MS = 10_000;
const STOP_LIMIT_MS = 1_000;
/** Its threads have to hear of it before the barrier opens. */
const BARRIER_LEAD_NS = 5_000_000n;

/** Hosts that are programs of the user: `command` is started once for each. */
export function execHosts(command: ExecCommand, reaper: Reaper): ProcessHosts {
  return {
    open: (onEvents) => Promise.resolve(new ExecHost(new ExecProgram(command, reaper), onEvents)),
    // It was started already, to hear what it implements: what it loads is in the cache of files.
    startAhead: () => undefined,
    close: () => Promise.resolve(),
  };
}

/** One such host. `addressFor`: where what its clients send to this address is to go instead. */
export function execHost(
  command: ExecCommand,
  reaper: Reaper,
  given: { readonly onEvents: OnEvents; addressFor(address: StoreAddress): StoreAddress },
): HostLink {
  return new ExecHost(new ExecProgram(command, reaper), given.onEvents, (address) =>
    given.addressFor(address),
  );
}

/** Starts a program, asks what it is, and ends it. Rejects with `HostFailure` or `HostGone`. */
export async function askHello(command: ExecCommand, reaper: Reaper): Promise<ExecHello> {
  const program = new ExecProgram(command, reaper);
  const late = setTimeout(
    () => program.giveUp(`"${command.command}" did not answer "hello" within ${limitWords(HELLO_LIMIT_MS)}`),
    HELLO_LIMIT_MS,
  );
  try {
    return await hello(program);
  } finally {
    clearTimeout(late);
    await program.rest(STOP_LIMIT_MS);
    await program.kill();
  }
}

/** Its times are only of use if they are of the clock that this process has too. */
async function hello(program: ExecProgram): Promise<ExecHello> {
  const askedNs = monotonicNs();
  const answer = await program.ask({ type: 'hello', protocol: EXEC_PROTOCOL }, 'hello');
  const toldNs = BigInt(answer.monotonicNs);
  if (toldNs < askedNs || toldNs > monotonicNs()) {
    throw program.refuse(
      `expected monotonicNs of this machine's monotonic clock (in Python: time.monotonic_ns()), between ${askedNs} and ${monotonicNs()}, got ${toldNs}`,
    );
  }
  return answer;
}

/** The engine's end of a program: says in the program's protocol what the engine says in its own. */
class ExecHost implements HostLink {
  readonly leadNs = BARRIER_LEAD_NS;
  readonly #clients = new Map<number, ExecClientState>();
  #originNs = 0n;
  #counts: Readonly<Record<string, number>> = {};
  #last: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly program: ExecProgram,
    private readonly onEvents: OnEvents,
    private readonly addressFor: (address: StoreAddress) => StoreAddress = (address) => address,
  ) {}

  async request(request: HostRequest, limitMs: number): Promise<HostReplyValue> {
    const reply = this.#last.then(() => this.#answer(request));
    this.#last = reply.catch(() => undefined);
    const timer = setTimeout(() => {
      this.program.giveUp(
        `the target's program did not answer "${request.type}" within ${limitWords(limitMs)}`,
      );
    }, limitMs);
    try {
      return await reply;
    } finally {
      clearTimeout(timer);
    }
  }

  async kill(): Promise<void> {
    for (const client of this.#clients.values()) client.destroy();
    await this.program.kill();
  }

  async #answer(request: HostRequest): Promise<HostReplyValue> {
    switch (request.type) {
      case 'load':
        return this.#load(request);
      case 'reset':
        await this.program.ask({ type: 'reset', initial: request.initial }, 'ready');
        return null;
      case 'arm':
        return this.#arm(request);
      case 'go':
        await this.#go(BigInt(request.startAtNs ?? monotonicNs()));
        return null;
      case 'settle':
        return this.#settle();
      case 'read':
        return (await this.program.ask({ type: 'read' }, 'state')).value;
      case 'early-read':
        return {};
      case 'hold':
        // A program makes its attempts whole.
        return null;
      case 'stop':
        await this.program.ask({ type: 'stop' }, 'ready');
        await this.program.rest(STOP_LIMIT_MS);
        return null;
    }
  }

  async #load(request: LoadRequest): Promise<LoadReply> {
    await hello(this.program);
    const { addresses, totalClients, parameters, seed, timeoutMs, setup, lead } = request;
    for (const { client, process } of request.clients) {
      const nowNs = () => sinceNs(this.#originNs);
      const own = addresses.map((address) => this.addressFor(address));
      this.#clients.set(client, new ExecClientState(client, process, totalClients, own, nowNs));
    }
    await this.program.ask(
      {
        ...{ type: 'load', parameters, seed, timeoutMs, totalClients, setup, lead },
        clients: [...this.#clients.keys()],
        stores: Object.fromEntries(addresses.map((address) => [address.store, addressFor(address)])),
      },
      'ready',
    );
    return { workers: 0 };
  }

  async #arm({ trial, plans, renew }: ArmRequest): Promise<ArmReply> {
    const clients = [];
    for (const plan of plans) {
      const client = this.#clients.get(plan.client);
      if (client !== undefined) clients.push(await client.arm(plan, renew.includes(plan.client)));
    }
    await this.program.ask({ type: 'arm', trial, clients }, 'ready');
    await Promise.all([...this.#clients.values()].map((client) => client.connected()));
    return { connections: this.#connections(), holds: false };
  }

  async #go(startAtNs: bigint): Promise<void> {
    this.#originNs = startAtNs;
    const { counts = {} } = await this.program.ask(
      { type: 'go', startAtNs: startAtNs.toString() },
      'done',
      (event) => {
        const taken = this.#take(event);
        if (taken !== undefined) this.onEvents([taken]);
      },
    );
    this.#counts = counts;
    const missing = [...this.#clients.values()].flatMap((client) => client.missing() ?? []);
    if (missing.length > 0) {
      throw this.program.refuse(
        `expected every attempt to have ended before "done": ${missing.slice(0, 3).join('; ')}`,
      );
    }
  }

  #take(event: ExecEvent): HistoryEvent | undefined {
    const client = this.#clients.get(event.client);
    if (client === undefined) {
      this.program.refuse(`it tells of client ${event.client}, whom it does not run`);
      return undefined;
    }
    try {
      return client.take(event);
    } catch (error) {
      if (!(error instanceof ImpossibleEvent)) throw error;
      this.program.refuse(error.message);
      return undefined;
    }
  }

  #settle(): SettleReply {
    return { connections: this.#connections(), workerErrors: [], counts: this.#counts, arrivalsMs: [] };
  }

  #connections() {
    return [...this.#clients.values()].flatMap((client) => client.connections());
  }
}
