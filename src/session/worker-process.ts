import { errorsOfStores } from '../stores/errors.js';
import { hostError } from '../engine/failures.js';
import { resolveTarget } from './resolve-target.js';
import type { HostEvents, HostReply, HostRequest, TargetSource } from '../engine/protocol.js';
import { HostFailure, TargetHost } from '../engine/target-host.js';

/**
 * The entry of a worker process: the engine's protocol over the channel to its parent. An argument names one of our own
 * targets, whose code is loaded while the store is still being opened; what is wrong with it is told when it is asked for.
 */
const [ahead] = process.argv.slice(2);
if (ahead !== undefined) void resolveTarget(JSON.parse(ahead) as TargetSource).catch(() => undefined);

const send = (message: HostReply | HostEvents) => process.send?.(message);

const host = new TargetHost({
  resolve: (request) => resolveTarget(request.target),
  errorsOf: errorsOfStores,
  emit: (events) => send({ type: 'events', events }),
});

process.on('message', (request: HostRequest) => {
  host.handle(request).then(
    (value) => {
      send({ type: 'reply', value });
      if (request.type === 'stop') process.disconnect();
    },
    (error: unknown) => {
      const told = error instanceof HostFailure ? error.error : hostError(error, 'failure');
      send({ type: 'error', error: told });
    },
  );
});
process.on('disconnect', () => process.exit(0));
