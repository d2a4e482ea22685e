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
