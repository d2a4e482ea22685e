import type { HistoryEvent, NoteKind } from '../core/history.js';
import type { Json } from '../core/json.js';
import type { ClientSlot, SlotEvents } from './client-slot.js';
import { sinceNs } from './clock.js';

const FLUSH_AT_EVENTS = 2_000;
const FLUSH_EVERY_MS = 100;

/** What happens in a host in one trial, and when: its events, which are told in batches, and what is counted. */
export class Recorder implements SlotEvents {
  #originNs = 0n;
  #trial = 0;
  #events: HistoryEvent[] = [];
  #counts: Record<string, number> = {};
  #arrivalsMs: number[] = [];

  constructor(private readonly emit: (events: readonly HistoryEvent[], trial: number) => void) {}

  begin(trial: number): void {
    this.#trial = trial;
    this.#events = [];
    this.#counts = {};
    this.#arrivalsMs = [];
  }

  /** On the monotonic clock: the history of this trial begins then. */
  startAt(originNs: bigint): void {
    this.#originNs = originNs;
  }

  nowNs(): number {
    return sinceNs(this.#originNs);
  }

  note({ client, process }: ClientSlot, kind: NoteKind, fields: Readonly<Record<string, Json>>): void {
    this.record({ type: 'note', kind, fields, timeNs: this.nowNs(), process, client });
  }

  record(event: HistoryEvent): void {
    this.#events.push(event);
    if (this.#events.length >= FLUSH_AT_EVENTS) this.flush();
  }

  count(event: string, by: number): void {
    this.#counts[event] = (this.#counts[event] ?? 0) + by;
  }

  arrived(atMs: number): void {
    this.#arrivalsMs.push(atMs);
  }

  counted(): { readonly counts: Readonly<Record<string, number>>; readonly arrivalsMs: readonly number[] } {
    return { counts: this.#counts, arrivalsMs: this.#arrivalsMs };
  }

  flush(): void {
    if (this.#events.length === 0) return;
    this.emit(this.#events, this.#trial);
    this.#events = [];
  }

  /** A host that is killed in an endless loop has at least told what happened before it. Until what is returned is called. */
  flushMeanwhile(): () => void {
    const flushing = setInterval(() => {
      try {
        this.flush();
      } catch {
        // What cannot be told is tried again at the end, when somebody waits for it.
      }
    }, FLUSH_EVERY_MS);
    return () => clearInterval(flushing);
  }
}
