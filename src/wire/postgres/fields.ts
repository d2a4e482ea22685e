/** Reads the fields of one message in turn. A field that is not there is undefined, and so is all that follows it. */
export class Fields {
  #at = 0;

  constructor(private readonly body: Buffer) {}

  get isAtEnd(): boolean {
    return this.#at >= this.body.length;
  }

  byte(): string | undefined {
    const at = this.#advance(1);
    return at === undefined ? undefined : String.fromCharCode(this.body[at] ?? 0);
  }

  int16(): number | undefined {
    const at = this.#advance(2);
    return at === undefined ? undefined : this.body.readInt16BE(at);
  }

  int32(): number | undefined {
    const at = this.#advance(4);
    return at === undefined ? undefined : this.body.readInt32BE(at);
  }

  /** Object identifiers are unsigned. */
  oid(): number | undefined {
    const at = this.#advance(4);
    return at === undefined ? undefined : this.body.readUInt32BE(at);
  }

  /** Up to its zero byte. */
  text(): string | undefined {
    const end = this.body.indexOf(0, this.#at);
    if (this.#at > this.body.length || end < 0) {
      this.#at = Number.POSITIVE_INFINITY;
      return undefined;
    }
    const text = this.body.toString('utf8', this.#at, end);
    this.#at = end + 1;
    return text;
  }

  bytes(count: number): Buffer | undefined {
    const at = this.#advance(count);
    return at === undefined ? undefined : this.body.subarray(at, at + count);
  }

  /** A value with its length before it: `null` where the length is -1. */
  value(): Buffer | null | undefined {
    const length = this.int32();
    if (length === undefined) return undefined;
    return length === -1 ? null : this.bytes(length);
  }

  /** As many as an unsigned 16-bit count says. Undefined if one is missing. */
  list<T>(read: () => T | undefined): T[] | undefined {
    const signed = this.int16();
    if (signed === undefined) return undefined;
    const count = signed & 0xffff;
    const items: T[] = [];
    for (let index = 0; index < count; index += 1) {
      const item = read();
      if (item === undefined) return undefined;
      items.push(item);
    }
    return items;
  }

  #advance(count: number): number | undefined {
    const at = this.#at;
    if (count < 0 || at + count > this.body.length) {
      this.#at = Number.POSITIVE_INFINITY;
      return undefined;
    }
    this.#at += count;
    return at;
  }
}
