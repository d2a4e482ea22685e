import type { Duplex } from 'node:stream';
import type { PointName, StoreAddress, Traffic } from '../core/context.js';
import type { ClientOwner } from '../engine/client-owner.js';
import type { Actors } from './actors.js';
import type { ApartProcesses } from './apart-processes.js';
import type { OwnedClock } from './clock.js';
import { ANYTHING } from './footprints.js';
import type { Gates } from './gates.js';
import type { Quiescence } from './quiescence.js';
import type { OwnedRandomness } from './randomness.js';
import type { ScheduleRecord } from './schedule-record.js';
import type { StoreRequests } from './store-requests.js';
import type { Ways } from './ways.js';

export interface OwnedClientsOptions {
  readonly actors: Actors;
  readonly ways: Ways;
  readonly gates: Gates;
  readonly clock: OwnedClock;
  readonly randomness: OwnedRandomness;
  readonly record: ScheduleRecord;
  readonly requests: StoreRequests;
  readonly quiescence: Quiescence;
  readonly apart: ApartProcesses | undefined;
}

/** What the clients' code has instead of the machine, and what it tells of itself: when it begins, dies, and has ended. */
export class OwnedClients implements ClientOwner {
  constructor(private readonly options: OwnedClientsOptions) {}

  address(client: number, address: StoreAddress): StoreAddress {
    return this.options.ways.instead(client, address);
  }

  socket(client: number, store: string, traffic: Traffic): Duplex | undefined {
    return this.options.ways.socket(client, store, traffic);
  }

  now(): number {
    const { record, clock } = this.options;
    record.touched(clock.goneBy);
    return clock.read();
  }

  random(client: number | undefined): number {
    // What is nobody's is everybody's: who draws first has the first number.
    if (client === undefined) this.options.record.touched(ANYTHING);
    return this.options.randomness.next(client);
  }

  async begin(client: number, f: string): Promise<void> {
    const { actors, apart, gates } = this.options;
    const actor = actors.of(client);
    if (apart !== undefined && actor.hasBegun && !gates.areOpen) {
      await new Promise<void>((done) => apart.rest(actor, done));
    }
    await gates.pass(client, 'begin', f, undefined, () => (actor.hasBegun = true));
  }

  point(client: number, name: PointName): Promise<void> {
    const { gates } = this.options;
    return gates.areInside ? gates.pass(client, 'point', `at the point ${name}`) : Promise.resolve();
  }

  sleep(client: number, ms: number, signal: AbortSignal): Promise<void> {
    const { record, clock, gates } = this.options;
    record.touched(clock.goneBy);
    const dueMs = clock.after(ms);
    return gates.pass(client, 'sleep', `sleeps`, signal, () => clock.passTo(dueMs));
  }

  /** What a client has locked is there until it dies, and between its last answer and its end others may go. */
  mayDie(client: number, name: PointName): Promise<void> {
    const { gates } = this.options;
    return gates.areInside ? Promise.resolve() : gates.pass(client, 'crash', `dies at the point ${name}`);
  }

  crashed(client: number): void {
    if (!this.options.gates.areOpen) this.options.requests.leave(client);
  }

  ended(client: number): void {
    const { actors, apart, gates, quiescence } = this.options;
    const actor = actors.of(client);
    const end = () => {
      actor.hasEnded = true;
      quiescence.changed();
    };
    if (apart === undefined || gates.areOpen) end();
    else apart.rest(actor, end);
  }
}
