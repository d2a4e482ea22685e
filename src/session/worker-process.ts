import { errorsOfStores } from '../stores/errors.js';
import { hostError } from '../engine/failures.js';
import { pollingOnTraffic } from './polling.js';
import { resolveTarget } from './resolve-target.js';
import type { HostEvents, HostReply, HostRequest, Preparation } from '../engine/protocol.js';
import { HostFailure } from '../engine/host-failure.js';
import { TargetHost } from '../engine/target-host.js';
import { untellable } from '../engine/untellable.js';
import { yieldInBackground } from '../process/background-threads.js';

yieldInBackground();

/** The entry of a worker process: the engine's protocol over the channel to its parent. */
const send = (message: HostReply | HostEvents) => {
  try {
    process.send?.(message);
  } catch (error) {
    throw untellable(message, error);
  }
};

const polling = pollingOnTraffic();

const openHost = () =>
  new TargetHost({
    resolve: (request) => resolveTarget(request.target),
    errorsOf: errorsOfStores,
    emit: (events, trial) => send({ type: 'events', trial, events }),
    ...polling,
  });

/** One after the other: the one before has stopped when the next is loaded. */
let host = openHost();

process.on('message', (request: HostRequest | Preparation) => {
  if (request.type === 'prepare') {
    // While the store is still being opened. What is wrong with a target is told when it is asked for.
    for (const target of request.targets) void resolveTarget(target).catch(() => undefined);
    return;
  }
  if (request.type === 'load') host = openHost();
  host
    .handle(request)
    .then((value) => send({ type: 'reply', value }))
    .catch((error: unknown) => {
      const kind = error instanceof TypeError ? 'mistake' : 'failure';
      send({ type: 'error', error: error instanceof HostFailure ? error.error : hostError(error, kind) });
    });
});
process.on('disconnect', () => process.exit(0));
