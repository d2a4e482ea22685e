/** One message with its head. `type` is its first byte as a character, and empty for what a connection starts with. */
export interface Message {
  readonly type: string;
  readonly bytes: Buffer;
  /** What follows the head. */
  readonly body: Buffer;
}

/** Longer messages than this are taken for noise. The server itself takes up to 1 GiB, drivers send far less. */
export const LONGEST_MESSAGE = 256 * 1024 * 1024;

/** The server's own bound (`MAX_STARTUP_PACKET_LENGTH`) for what comes before anybody has logged in. */
const LONGEST_STARTUP = 10_000;

/** What came is no PostgreSQL, or not meant for us. */
export class NotTheProtocol extends Error {
  override readonly name = 'NotTheProtocol';
}

/**
 * Cuts a stream of bytes into messages, however the bytes were split or merged on their way. Nothing is allocated because a
 * length says so: bytes are kept only as they come. Throws `NotTheProtocol` at a length that no message can have.
 */
export class FrameReader {
  #chunks: Buffer[] = [];
  #length = 0;

  add(chunk: Buffer): void {
    if (chunk.length === 0) return;
    this.#chunks.push(chunk);
    this.#length += chunk.length;
  }

  /** What has come and belongs to no complete message yet, in bytes. */
  get rest(): number {
    return this.#length;
  }

  /** The next message without a type; undefined until it is complete. */
  nextStartup(): Message | undefined {
    if (this.#length < 4) return undefined;
    const length = this.#peek(4).readInt32BE(0);
    if (length < 8 || length > LONGEST_STARTUP) {
      throw new NotTheProtocol(`a start-up packet cannot be ${length} bytes long`);
    }
    if (this.#length < length) return undefined;
    const bytes = this.#take(length);
    return { type: '', bytes, body: bytes.subarray(4) };
  }

  /** The next message with a type; undefined until it is complete. */
  next(): Message | undefined {
    if (this.#length < 5) return undefined;
    const head = this.#peek(5);
    const length = head.readInt32BE(1);
    if (length < 4 || length > LONGEST_MESSAGE) {
      throw new NotTheProtocol(`a message cannot be ${length} bytes long`);
    }
    if (this.#length < length + 1) return undefined;
    const bytes = this.#take(length + 1);
    return { type: String.fromCharCode(bytes[0] ?? 0), bytes, body: bytes.subarray(5) };
  }

  /** All that has come, as it is. */
  drain(): Buffer {
    const all = this.#join();
    this.#chunks = [];
    this.#length = 0;
    return all;
  }

  /** The first bytes in one piece; more of them may come with it. */
  #peek(count: number): Buffer {
    const [first] = this.#chunks;
    if (first !== undefined && first.length >= count) return first;
    return this.#join();
  }

  #take(count: number): Buffer {
    const whole = this.#peek(count);
    const taken = whole.subarray(0, count);
    this.#length -= count;
    if (whole.length === count) this.#chunks.shift();
    else this.#chunks[0] = whole.subarray(count);
    return taken;
  }

  #join(): Buffer {
    const joined = Buffer.concat(this.#chunks, this.#length);
    this.#chunks = [joined];
    return joined;
  }
}
