import type { HeldStep, PassedStep, StepAnswer } from '../../core/step.js';
import type { AllSessions } from './all-sessions.js';
import type { Answer } from './answers.js';
import { circleOf } from './client-waits.js';
import { changesNothing, NO_LOCKS, type PostgresFootprint, unknownFootprint } from './footprint.js';
import { askedOf, labelOf } from './labels.js';
import type { Line } from './line.js';
import type { Request } from './requests.js';
import type { VictimChoice } from './victim-choice.js';

export interface LineStepsOptions {
  readonly lines: ReadonlySet<Line>;
  readonly sessions: AllSessions;
  readonly victims: VictimChoice;
}

/** Makes a step of each request of a line, and of the server's answer what came of that step. */
export class LineSteps {
  /** Requests wait at the gate. */
  areHeld = false;
  onHeld: (step: HeldStep) => void = () => undefined;
  onPassed: (step: PassedStep) => void = () => undefined;

  constructor(private readonly options: LineStepsOptions) {}

  /** A complete request is at the gate. */
  arrived(line: Line, request: Request): void {
    const { sessions, victims } = this.options;
    const { client, number, connection, footprints } = line;
    const asked = askedOf(request, connection.state);
    line.asked = asked;
    let asReleased: PostgresFootprint | undefined;
    const footprint = () => asReleased ?? sessions.seen(line, footprints.before(request, asked));
    const release = () => {
      asReleased = footprint();
      line.asks = asReleased.asks;
      line.contended = asReleased.contends;
      line.isUnclear = asReleased.touches === 'unknown';
      sessions.released(line, asReleased);
      line.isOnItsWay = true;
      connection.release(victims.settingBefore(line));
    };
    const step = {
      client,
      get label() {
        return labelOf(request, asked);
      },
      get footprint() {
        return footprint();
      },
    };
    if (!this.areHeld) {
      if (request.ends !== 'terminate') this.onPassed(step);
      return connection.release(victims.settingBefore(line));
    }
    this.onHeld({
      client,
      connection: number,
      label: step.label,
      get footprint() {
        return footprint();
      },
      release: () =>
        new Promise((resolve) => {
          line.released = resolve;
          release();
        }),
    });
  }

  /** Undefined: the connection ended before the answer was complete. */
  answered(line: Line, request: Request, answer: Answer | undefined): void {
    const { lines, sessions } = this.options;
    const { released, connection, footprints, asked } = line;
    // Of a session that is over the server says nothing any more.
    const isOver = answer === undefined || request.ends === 'terminate';
    const status = isOver ? 'idle' : connection.state.status;
    line.hasLeft ||= request.ends === 'terminate';
    line.released = undefined;
    line.asks = NO_LOCKS;
    line.isUnclear = false;
    line.isOnItsWay = line.waits = false;
    // A ROLLBACK undoes it, or not, as it was.
    if (status === 'idle' && line.hasClockOfTransaction) {
      line.clock = undefined;
      line.hasClockOfTransaction = false;
    }
    const failed = answer?.errorCode !== undefined || answer === undefined;
    const outcome = { failed, status, lostRow: hasLostRow(answer) };
    const { sessionLocks } = footprints.view;
    const own = footprints.after(request, asked, outcome, answer ?? NO_ANSWER);
    sessions.did(answer?.tags ?? []);
    const isSameSession = sessionLocks.length === footprints.view.sessionLocks.length;
    const seen = sessions.seenAnswered(line, own);
    const footprint = {
      ...seen,
      // Whether another one was answered before it, or a moment later, is luck: both were let go by one step.
      contends: seen.contends || line.contended,
      changesNothing: isSameSession && changesNothing(own, failed),
    };
    if (released !== undefined) sessions.learn(footprint);
    sessions.answered(line, footprint, failed);
    if (released === undefined) return;
    if (answer === undefined) return released(LOST);
    const { label, errorCode, content, digest } = answer;
    const circle = circleOf(answer, lines);
    released({
      label,
      ...(circle.length > 0 && { circle }),
      ...(errorCode !== undefined && { errorCode }),
      status,
      content,
      digest,
      footprint,
    });
  }
}

/** 40001 is what the watch over SERIALIZABLE transactions says, too. */
function hasLostRow(answer: Answer | undefined): boolean {
  return (
    answer?.errorCode === '40001' && answer.errorFile !== undefined && answer.errorFile !== 'predicate.c'
  );
}

const NO_ANSWER = { tags: [], content: [] };

const LOST: StepAnswer = {
  label: 'connection lost',
  content: ['connection lost'],
  digest: 'connection lost',
  footprint: unknownFootprint('the connection was lost'),
  ended: 'connection-lost',
};
