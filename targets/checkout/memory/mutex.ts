import { underLock } from '../locking.js';
import { checkoutInMemory, readCheckWrite } from './state.js';

/** The naive way under a mutex: each client waits for the promise of the one before. Works within one process only. */
export default checkoutInMemory({
  strategy: 'mutex',
  summary: 'The naive way under a mutex of this process.',
  prevents: 'Lost updates and overselling, within one process.',
  costs: 'One buyer at a time, whatever is bought.',
  source: 'https://developer.mozilla.org/docs/Web/JavaScript/Reference/Global_Objects/Promise/then',
  expectations: { 'flash-sale': 'holds', 'last-unit': 'holds', basket: 'holds', 'oversized-cart': 'holds' },
  start: (shop) => {
    const mutex = new Mutex();
    return async (input, context) => {
      let release: (() => void) | undefined;
      try {
        return await underLock(
          context,
          ['shop'],
          async () => {
            release = await mutex.acquire();
          },
          () => readCheckWrite(shop, input, context),
        );
      } finally {
        release?.();
      }
    };
  },
});

/** First come, first served. */
class Mutex {
  #last: Promise<void> = Promise.resolve();

  /** Resolves with the release, when everybody who came before has released. */
  async acquire(): Promise<() => void> {
    const before = this.#last;
    let release = (): void => undefined;
    this.#last = new Promise((resolve) => (release = resolve));
    await before;
    return release;
  }
}
