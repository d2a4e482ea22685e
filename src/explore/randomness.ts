import { seededRandom } from '../core/random.js';

/** The randomness of the clients: drawn from the seed, each client's apart, the same in each schedule. */
export class OwnedRandomness {
  #sources = new Map<number | undefined, () => number>();

  constructor(private readonly seed: string) {}

  begin(): void {
    this.#sources = new Map();
  }

  /** In [0, 1). `undefined` for what belongs to no client. */
  next(client: number | undefined): number {
    const known = this.#sources.get(client) ?? seededRandom(`${this.seed}/client/${client ?? 'none'}`);
    this.#sources.set(client, known);
    return known();
  }
}
