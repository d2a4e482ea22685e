import type { Target } from '../src/core/target.js';
import { heldAttempt } from '../src/http/held-request.js';
import {
  openHttpTransport,
  type HttpClient,
  type HttpTransport,
  type HttpTransportOptions,
} from '../src/http/http-transport.js';

/** One unit is left; `lateBuy` works for a while before it looks. */
export type Shop = {
  readonly operations: {
    readonly buy: { readonly input: null; readonly output: number };
    readonly lateBuy: { readonly input: null; readonly output: number };
  };
  readonly initial: null;
  readonly final: null;
};

/** The target that a user's API would be: two POSTs, their status the outcome. */
export function shopTarget(
  options: HttpTransportOptions,
  reset: () => Promise<void> = () => Promise.resolve(),
  onOpen: (transport: HttpTransport) => void = () => undefined,
  aboutToRelease?: () => void,
): Target<Shop> {
  return {
    ...{ contract: 'shop', id: 'http/shop', summary: '', prevents: '', costs: '', source: '' },
    expectations: {},
    async open(context) {
      const transport = await openHttpTransport(options, context);
      onOpen(transport);
      return {
        setup: () => Promise.resolve(),
        reset,
        aboutToRelease: aboutToRelease ?? ((waits) => transport.aboutToRelease(waits)),
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
    hold: async (f: string) => heldAttempt(await client.hold(requestOf(f)), ({ status }) => status),
    close: () => client.close(),
  };
}
