import type { StoreAddress } from '../core/context.js';
import { monotonicNs } from './clock.js';
import type { HostLink } from './host-link.js';
import type {
  ArmReply,
  ArmRequest,
  HostConnection,
  HostReplyValue,
  HostRequest,
  LoadRequest,
  SettleReply,
} from './protocol.js';

/** A host whose target resets and reads as ever, while a load engine sends what its clients attempt. */
export abstract class LoadHost implements HostLink {
  #last: Promise<unknown> = Promise.resolve();

  constructor(private readonly inner: HostLink) {}

  request(request: HostRequest, limitMs: number): Promise<HostReplyValue> {
    const reply = this.#last.then(() => this.#answer(request, limitMs));
    this.#last = reply.catch(() => undefined);
    return reply;
  }

  async kill(): Promise<void> {
    this.end();
    await this.inner.kill();
  }

  protected abstract load(request: LoadRequest): void;
  protected abstract arm(request: ArmRequest): Promise<void>;
  /** Has everything sent that was armed, and tells what came of it. */
  protected abstract go(startAtNs: bigint, limitMs: number): Promise<void>;
  protected abstract connections(): readonly HostConnection[];
  /** What is wrong with the number of requests of the last burst. */
  protected abstract miscounted(): readonly string[];
  /** At once. */
  protected abstract end(): void;

  async #answer(request: HostRequest, limitMs: number): Promise<HostReplyValue> {
    switch (request.type) {
      case 'load':
        this.load(request);
        return this.inner.request(request, limitMs);
      case 'arm': {
        await this.inner.request({ ...request, plans: [], faults: [] }, limitMs);
        await this.arm(request);
        return { connections: [], holds: false } satisfies ArmReply;
      }
      case 'hold':
        return null;
      case 'go':
        await this.go(BigInt(request.startAtNs ?? monotonicNs()), limitMs);
        return null;
      case 'settle':
        return this.#settle((await this.inner.request(request, limitMs)) as SettleReply);
      default:
        return this.inner.request(request, limitMs);
    }
  }

  #settle(reply: SettleReply): SettleReply {
    return {
      ...reply,
      connections: [...(reply.connections ?? []), ...this.connections()],
      workerErrors: [...reply.workerErrors, ...this.miscounted()],
    };
  }
}

/** The API's own path, through a relay. */
export function relayedUrl({
  host,
  port,
  namespace,
}: Pick<StoreAddress, 'host' | 'port' | 'namespace'>): string {
  const url = new URL(namespace);
  return `http://${host}:${port}${url.pathname.replace(/\/+$/, '')}`;
}
