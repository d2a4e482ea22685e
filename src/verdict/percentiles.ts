/** Numbers of which exact percentiles are wanted: 8 bytes each, up to twice that while it grows. */
export class Sample {
  #values = new Float64Array(64);
  #size = 0;
  #sorted = true;

  get size(): number {
    return this.#size;
  }

  add(value: number): void {
    if (this.#size === this.#values.length) {
      const grown = new Float64Array(this.#size * 2);
      grown.set(this.#values);
      this.#values = grown;
    }
    this.#values[this.#size] = value;
    this.#size += 1;
    this.#sorted = false;
  }

  /**
   * The nearest-rank percentile: the least value that at least `percent` % of the values do not exceed, so always one of
   * them. `percent` from above 0 to 100, else a RangeError; `undefined` while there is no value.
   * The first call after an `add` sorts.
   */
  percentile(percent: number): number | undefined {
    if (!(percent > 0 && percent <= 100)) {
      throw new RangeError(`Expected a percentile above 0 and up to 100, got ${percent}.`);
    }
    this.#sort();
    return this.#size === 0 ? undefined : this.#values[Math.ceil((percent * this.#size) / 100) - 1];
  }

  /** The value of this rank, the least one having rank 1; `undefined` where there is none. */
  at(rank: number): number | undefined {
    this.#sort();
    return rank >= 1 && rank <= this.#size ? this.#values[rank - 1] : undefined;
  }

  get min(): number | undefined {
    this.#sort();
    return this.#size === 0 ? undefined : this.#values[0];
  }

  get max(): number | undefined {
    return this.percentile(100);
  }

  #sort(): void {
    if (!this.#sorted) this.#values.subarray(0, this.#size).sort();
    this.#sorted = true;
  }
}
