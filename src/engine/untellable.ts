import type { HostEvents, HostReply } from './protocol.js';

/** Says which part of a message is no JSON (a BigInt, a circle), in the words of a target's author. */
export function untellable(message: HostReply | HostEvents, error: unknown): TypeError {
  const reason = error instanceof Error ? error.message.split('\n')[0]! : String(error);
  return new TypeError(`${partOf(message)} is no plain JSON: ${reason}`);
}

function partOf(message: HostReply | HostEvents): string {
  if (message.type !== 'events') return 'What read() gave';
  const event = message.events.find((one) => !isTellable(one));
  if (event?.type === 'note') return `A note "${event.kind}"`;
  return event === undefined ? 'What happened' : `The answer of ${event.f}`;
}

function isTellable(value: unknown): boolean {
  try {
    JSON.stringify(value);
    return true;
  } catch {
    return false;
  }
}
