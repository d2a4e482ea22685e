import type { Actor } from './actor.js';
import { onlyRepeats } from './repetition.js';
import type { ScheduleRecord } from './schedule-record.js';

/** Among whom is to be chosen. */
export interface WhoCanGo {
  readonly enabled: readonly number[];
  /** At a gate, but held back while others can go. */
  readonly held: readonly number[];
}

/** Who can go next now that everybody has come to rest, and who is held back because he would only repeat himself. */
export function whoCanGo(actors: readonly Actor[], record: ScheduleRecord): WhoCanGo {
  const atGate = actors.filter(({ isAtGate }) => isAtGate).map(({ number }) => number);
  const { transitions } = record;
  const held = atGate.filter((number) =>
    onlyRepeats(number, record.pastOf(number), transitions, actors.length),
  );
  const enabled = atGate.filter((number) => !held.includes(number));
  // Nobody else can change anything: perhaps time can.
  if (enabled.length === 0) return { enabled: atGate, held: [] };
  return { enabled, held };
}

/** For people: what each of those who have not ended waits for. */
export function whyNobodyCanGo(actors: readonly Actor[], place: number): string {
  const words = actors
    .filter(({ hasEnded }) => !hasEnded)
    .map(({ number, waitsFor, outstanding }) =>
      outstanding.size > 0
        ? `client ${number} waits in the store for ${waitsFor?.map((other) => `client ${other}`).join(' and ')} (${[...outstanding][0]!.label})`
        : `client ${number} waits in its own process`,
    );
  return `after ${place} steps nobody can go on: ${words.join('; ')}`;
}
