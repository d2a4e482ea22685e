import type { HistoryEvent } from '../core/history.js';
import type { Reaper } from '../process/reaper.js';
import type { ClientOwner } from './client-owner.js';
import { monotonicNs } from './clock.js';
import { execHost } from './exec-host.js';
import type { ExecCommand } from './exec-program.js';
import type { HostLink } from './host-link.js';
import type {
  ArmRequest,
  GoRequest,
  HostReplyValue,
  HostRequest,
  LoadRequest,
  SettleReply,
} from './protocol.js';
import { summedCounts } from './summed-counts.js';

export interface ExecClientsOptions {
  readonly command: ExecCommand;
  readonly reaper: Reaper;
  readonly owner: ClientOwner;
  emit(events: readonly HistoryEvent[]): void;
}

/** For what is no operation. */
const ANSWER_MS = 30_000;
/** A program is told of its start a little ahead, as it is promised. */
const LEAD_NS = 1_000_000n;

interface OwnProgram {
  readonly link: HostLink;
  /** Of its times, against those of the trial. */
  offsetNs: number;
}

/**
 * Clients that live in a program of the user, each in a process of its own, which is told to go when its client may begin. The first
 * one sets up, resets and reads, as it does for several processes in any run. It reaches the stores directly for that; each
 * client's own addresses come from the owner.
 */
export class ExecClients {
  readonly #programs: OwnProgram[] = [];
  #plans: ArmRequest['plans'] = [];
  #operationMs = 0;

  constructor(private readonly options: ExecClientsOptions) {}

  async handle(request: HostRequest): Promise<HostReplyValue> {
    switch (request.type) {
      case 'load':
        return this.#load(request);
      case 'reset':
      case 'read':
        return this.#lead.request(request, ANSWER_MS);
      case 'arm':
        return this.#arm(request);
      case 'go':
        return this.#go(request);
      case 'settle':
        return this.#settle(request);
      case 'stop':
        return this.#all(request);
      case 'hold':
      case 'early-read':
        throw new Error(`unreachable: nobody asks programs of one client each for "${request.type}"`);
    }
  }

  async kill(): Promise<void> {
    await Promise.all(this.#programs.map(({ link }) => link.kill()));
  }

  get #lead(): HostLink {
    return this.#programs[0]!.link;
  }

  async #load(request: LoadRequest): Promise<HostReplyValue> {
    const { command, reaper, owner } = this.options;
    this.#operationMs = request.timeoutMs;
    for (const { client } of request.clients) {
      const link = execHost(command, reaper, {
        onEvents: (events) => this.options.emit(events.map((event) => later(event, own.offsetNs))),
        addressFor: (address) => owner.address(client, address),
      });
      const own: OwnProgram = { link, offsetNs: 0 };
      this.#programs.push(own);
    }
    // One after the other: only the first finds the namespace new.
    for (const [place, { link }] of this.#programs.entries()) {
      const isFirst = place === 0;
      const clients = request.clients.slice(place, place + 1);
      await link.request({ ...request, clients, setup: isFirst, lead: isFirst }, ANSWER_MS);
    }
    return { workers: 0 };
  }

  async #arm(request: ArmRequest): Promise<HostReplyValue> {
    this.#plans = request.plans;
    await Promise.all(
      request.plans.map((plan) => this.#of(plan.client).request({ ...request, plans: [plan] }, ANSWER_MS)),
    );
    return { connections: [], holds: false };
  }

  /** Each program begins when its client may. */
  async #go({ startAtNs = monotonicNs().toString() }: GoRequest): Promise<HostReplyValue> {
    const { owner } = this.options;
    const limitMs = (attempts: number) => attempts * this.#operationMs + ANSWER_MS;
    await Promise.all(
      this.#plans.map(async ({ client, attempts }) => {
        const own = this.#programs[client]!;
        await owner.begin(client, attempts[0]?.f ?? 'nothing');
        const ownStartNs = monotonicNs() + LEAD_NS;
        own.offsetNs = Number(ownStartNs - BigInt(startAtNs));
        await own.link.request({ type: 'go', startAtNs: ownStartNs.toString() }, limitMs(attempts.length));
        owner.ended(client);
      }),
    );
    return null;
  }

  async #settle(request: HostRequest): Promise<SettleReply> {
    const settled = (await Promise.all(
      this.#plans.map(({ client }) => this.#of(client).request(request, ANSWER_MS)),
    )) as SettleReply[];
    return {
      connections: [],
      workerErrors: [],
      counts: summedCounts(settled.map(({ counts }) => counts)),
      arrivalsMs: [],
    };
  }

  async #all(request: HostRequest): Promise<HostReplyValue> {
    await Promise.all(this.#programs.map(({ link }) => link.request(request, ANSWER_MS)));
    return null;
  }

  #of(client: number): HostLink {
    return this.#programs[client]!.link;
  }
}

/** In the time of the trial, what was told in that of its program. */
function later(event: HistoryEvent, byNs: number): HistoryEvent {
  const moved = { ...event, timeNs: event.timeNs + byNs };
  if (!('span' in moved) || moved.span === undefined) return moved;
  const { firstRequestNs, lastAnswerNs } = moved.span;
  return {
    ...moved,
    span: { ...moved.span, firstRequestNs: firstRequestNs + byNs, lastAnswerNs: lastAnswerNs + byNs },
  };
}
