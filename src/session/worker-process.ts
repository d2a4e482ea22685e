import { errorsOfStores } from '../stores/errors.js';
import { hostError } from '../engine/failures.js';
import { resolveTarget } from './resolve-target.js';
import type { HostEvents, HostReply, HostRequest, TargetSource } from '../engine/protocol.js';
import { HostFailure, TargetHost } from '../engine/target-host.js';

/**
 * The entry of a worker process: the engine's protocol over the channel to its parent. Each argument names one of our own
 * targets, whose code is loaded while the store is still being opened; what is wrong with it is told when it is asked for.
 */
for (const ahead of process.argv.slice(2)) {
  void resolveTarget(JSON.parse(ahead) as TargetSource).catch(() => undefined);
}

const send = (message: HostReply | HostEvents) => process.send?.(message);

const openHost = () =>
  new TargetHost({
    resolve: (request) => resolveTarget(request.target),
    errorsOf: errorsOfStores,
    emit: (events) => send({ type: 'events', events }),
  });

/** One after the other: the one before has stopped when the next is loaded. */
let host = openHost();

process.on('message', (request: HostRequest) => {
  if (request.type === 'load') host = openHost();
  host.handle(request).then(
    (value) => send({ type: 'reply', value }),
    (error: unknown) => {
      const told = error instanceof HostFailure ? error.error : hostError(error, 'failure');
      send({ type: 'error', error: told });
    },
  );
});
process.on('disconnect', () => process.exit(0));
