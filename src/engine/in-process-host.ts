import type { ContractTypes } from '../core/contract.js';
import { storesOf, type Target } from '../core/target.js';
import { limitWords } from '../core/time-limit.js';
import { errorsOfStores } from '../stores/errors.js';
import { HostGone, type OpenHost } from './host-link.js';
import { TargetHost } from './target-host.js';

/**
 * A host in this process, for targets that are functions in somebody's test. It cannot be killed: an endless loop in the
 * target blocks the caller too, and a reply that is late leaves its work behind.
 */
export function inProcessHost(target: Target<ContractTypes>): OpenHost {
  return (onEvents) => {
    const host = new TargetHost({
      resolve: () => Promise.resolve(target),
      errorsOf: () => errorsOfStores(storesOf(target)),
      emit: onEvents,
    });
    return Promise.resolve({
      async request(request, limitMs) {
        let timer: NodeJS.Timeout | undefined;
        const late = new Promise<never>((_resolve, reject) => {
          timer = setTimeout(
            () =>
              reject(
                new HostGone(`the target did not answer "${request.type}" within ${limitWords(limitMs)}`),
              ),
            limitMs,
          );
        });
        try {
          return await Promise.race([host.handle(request), late]);
        } finally {
          clearTimeout(timer);
        }
      },
      kill: () => Promise.resolve(),
    });
  };
}
