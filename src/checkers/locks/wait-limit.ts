import type { Finding } from '../../core/checker.js';
import { count, lasting, witnessOf } from '../words.js';
import type { LockNotes } from './holds.js';

/** How long anybody may wait for a lock. */
export interface WaitLimit {
  readonly limitMs: number;
  /** On top of the limit, for the last look at the lock and the answer's way: a wait is noted by the clients' clock. */
  readonly slackMs: number;
}

/**
 * Operations that waited for a lock beyond the limit, whether they got it then or gave up. Linear.
 *
 * From the note that it was requested to the note that it was acquired; for one who gave up, to the end of the operation,
 * which is later than the wait by what it did after it. A machine that is too busy to wake a client is seen as a wait:
 * the slack is for that. Whoever got no answer waited until his time was up, or he died. Misses who waits without a note.
 */
export function waitedTooLong({ waits }: LockNotes, { limitMs, slackMs }: WaitLimit): Finding[] {
  const mostNs = (limitMs + slackMs) * 1e6;
  const beyond = waits
    .filter(({ requestedNs, endedNs }) => endedNs - requestedNs > mostNs)
    .sort((a, b) => b.endedNs - b.requestedNs - (a.endedNs - a.requestedNs));
  const [longest] = beyond;
  if (!longest) return [];
  const waited = lasting(longest.endedNs - longest.requestedNs);
  return [
    {
      anomaly: 'waited-beyond-limit',
      grade: 'violation',
      message: `Client ${longest.client} waited ${waited} for ${longest.key}${longest.acquired ? '' : ' and did not get it'}, where nobody may wait longer than ${limitMs} ms.`,
      expected: `at most ${limitMs} ms, and ${slackMs} ms of slack`,
      observed: `${count(beyond.length, 'wait')} beyond it, the longest ${waited}`,
      witness: witnessOf([longest]),
    },
  ];
}
