import { storesOf } from '../core/target.js';
import type { Parameters } from '../core/scenario.js';
import type { StoreAddress } from '../core/context.js';
import type { InstanceGiven, Instances } from '../explore/apart.js';
import { StoreUnavailable, type ApiInstances, type StoreServer } from '../stores/store.js';
import { hasWire } from '../wire/open-wire.js';
import type { ChosenTarget } from './choice.js';

/** Stores whose clients can be held: through a wire, or because everything is in their own process. */
function canBeHeld(store: string): boolean {
  return hasWire(store) || store === 'memory' || store === 'file';
}

/** Whether the clients of a target can be held, as far as that is known before any store is open. */
export function isHeld(chosen: ChosenTarget): boolean {
  return whyNotHeld(chosen) === undefined;
}

/** Why the clients of a target cannot be held, and what to do about it. */
export function whyNotHeld({ target, source }: ChosenTarget): StoreUnavailable | undefined {
  const { api } = target;
  const stores = storesOf(target);
  const unread = stores.find((store) => !canBeHeld(store) && !(store === 'http' && api !== undefined));
  if (unread !== undefined) {
    return new StoreUnavailable(
      unread,
      `the steps of clients of ${unread} cannot be held: its protocol is not read yet`,
      'Run it with bursts: race-check <scenario> --target <id>',
    );
  }
  const isElsewhere = api !== undefined || source?.kind === 'exec';
  if (!isElsewhere) return undefined;
  if (api !== undefined && api.start === undefined) {
    return new StoreUnavailable(
      'http',
      'of an API that runs already nobody can tell which of its statements are whose',
      'Have the target start it (start: { command } and baseUrl: ({ port }) => ...): then each client has an instance of its own',
    );
  }
  if (typeof api?.baseUrl === 'string') {
    return new StoreUnavailable(
      'http',
      `each client has an instance of the API of its own, and ${api.baseUrl} is one port for all of them`,
      'Leave the port to us (baseUrl: ({ port }) => `http://127.0.0.1:${port}`; the command finds it in PORT)',
    );
  }
  if (stores.some(hasWire)) return undefined;
  const what = api === undefined ? 'program' : 'API';
  return new StoreUnavailable(
    stores[0]!,
    `of what clients do in a process of their own nothing is seen but their statements to PostgreSQL, and this ${what} names no such store`,
    `Name it if it uses one (stores: ['postgres']), or run it with bursts`,
  );
}

/** The instances of a target's API, of which each client has one; none where there is no API. */
export function instancesAt(server: StoreServer | undefined, parameters: Parameters): Instances {
  const { instances } = server ?? {};
  if (instances === undefined) {
    return {
      launch: () => Promise.reject(new Error('unreachable: no API, and an instance of it is asked for')),
      stop: () => Promise.resolve(),
    };
  }
  return {
    launch: (given) => launchAll(instances, given, parameters),
    stop: () => instances.stop(),
  };
}

/** One after the other, since all may do something to their stores when they start. */
async function launchAll(
  instances: ApiInstances,
  given: readonly InstanceGiven[],
  parameters: Parameters,
): Promise<readonly StoreAddress[]> {
  const started: StoreAddress[] = [];
  for (const { client, addresses } of given) {
    started.push(await instances.launch(client + 1, { others: addresses, parameters }));
  }
  return started;
}
