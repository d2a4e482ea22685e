import type { HeldAttempt, Target } from '../core/target.js';
import { openHttpTransport, type HttpClient, type HttpTransportOptions } from './http-transport.js';

/** One unit is left; `lateBuy` works for a while before it looks. */
export type Shop = {
  readonly operations: {
    readonly buy: { readonly input: null; readonly output: number };
    readonly lateBuy: { readonly input: null; readonly output: number };
  };
  readonly initial: null;
  readonly final: null;
};

export function shopTarget(
  options: HttpTransportOptions,
  reset: () => Promise<void> = () => Promise.resolve(),
): Target<Shop> {
  return {
    ...{
      contract: 'shop',
      id: 'http/shop',
      summary: '',
      prevents: '',
      costs: '',
      source: '',
      expectations: {},
    },
    async open(context) {
      const transport = await openHttpTransport(options, context);
      return {
        setup: () => Promise.resolve(),
        reset,
        aboutToRelease: () => transport.aboutToRelease(),
        client: async (clientContext) => shopClient(await transport.client(clientContext)),
        read: () => Promise.resolve(null),
        close: () => transport.close(),
      };
    },
  };
}

function shopClient(client: HttpClient) {
  const requestOf = (f: string) => ({
    ...{ method: 'POST', path: f === 'buy' ? '/buy' : '/late-buy' },
    ...{ headers: {}, body: '{"units":1}' },
  });
  const send = async (f: string) => (await client.send(requestOf(f))).status;
  return {
    buy: () => send('buy'),
    lateBuy: () => send('lateBuy'),
    async hold(f: string): Promise<HeldAttempt> {
      const held = await client.hold(requestOf(f));
      return {
        get early() {
          return held.early;
        },
        release: async () => (await held.release()).status,
        abandon: () => held.abandon(),
      };
    },
    close: () => client.close(),
  };
}
