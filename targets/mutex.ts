import type { ClientContext } from '../src/core/context.js';
import { underLock } from './locking.js';

/** A lock in the memory of one process: first come, first served. */
export class Mutex {
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

/** Runs `body` under the mutex, with the notes and points of a lock, and releases it whatever becomes of it. */
export async function underMutex<R>(
  mutex: Mutex,
  context: ClientContext,
  key: string,
  body: () => Promise<R>,
): Promise<R> {
  let release: (() => void) | undefined;
  const acquire = async () => {
    release = await mutex.acquire();
  };
  try {
    return await underLock(context, [key], acquire, body);
  } finally {
    release?.();
  }
}
