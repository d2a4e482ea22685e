import type { OperationError, StoreSpan } from '../core/history.js';
import type { Json } from '../core/json.js';
import type { StoreErrors } from '../stores/errors.js';
import { outcomeOf } from './attempt-outcome.js';
import { classify, hostError, operationError } from './failures.js';
import type { OpenClient } from './host-clients.js';
import type { HostError } from './protocol.js';
import type { Recorder } from './recorder.js';

/** What holds for all attempts of a host. */
export interface AttemptConditions {
  readonly recorder: Recorder;
  readonly timeoutMs: number;
  /** What the errors of the target's stores mean. */
  readonly errors: readonly StoreErrors[];
  /** Where nothing crosses a wire an operation is at the store from its begin to its end. */
  readonly hasServer: boolean;
  /** The target's code is wrong. */
  readonly onMistake: (mistake: HostError) => void;
}

/** What a client does once. */
export interface HostAttempt {
  readonly f: string;
  readonly input: Json;
  /** After the history began. */
  readonly invokedNs: number;
  readonly operation: () => Promise<Json>;
  /** It was answered before its release. Nor was it at the store when its last byte was: it has no span there. */
  readonly isEarly?: boolean;
}

/** Makes an attempt, exactly once, and records its begin and its end; where that is `info` its client is doubtful. */
export async function makeAttempt(
  { recorder, timeoutMs, errors, hasServer, onMistake }: AttemptConditions,
  open: OpenClient,
  { f, input, invokedNs, operation, isEarly = false }: HostAttempt,
): Promise<void> {
  const { slot } = open;
  const of = { f, process: slot.process, client: slot.client };
  recorder.record({ type: 'invoke', timeNs: invokedNs, ...of, value: input });
  const span = (endedNs: number, answered: boolean): { span?: StoreSpan } => {
    if (!hasServer) {
      return { span: { firstRequestNs: invokedNs, lastAnswerNs: endedNs, requests: 0 } };
    }
    const measured = isEarly ? undefined : slot.span(endedNs, answered);
    return measured === undefined ? {} : { span: measured };
  };
  const end = (type: 'fail' | 'info', error: OperationError) => {
    const timeNs = recorder.nowNs();
    if (type === 'info') open.doubtful = true;
    recorder.record({ type, timeNs, ...of, error, ...span(timeNs, type === 'fail') });
  };

  const outcome = await outcomeOf(slot, timeoutMs, operation);
  if (outcome.kind === 'answer') {
    const timeNs = recorder.nowNs();
    recorder.record({ type: 'ok', timeNs, ...of, value: outcome.value, ...span(timeNs, true) });
  } else if (outcome.kind === 'ended') {
    end('info', outcome.error);
  } else {
    const failure = classify(outcome.error, errors);
    if (failure === 'mistake') onMistake(hostError(outcome.error, 'mistake'));
    end(failure === 'not-happened' ? 'fail' : 'info', operationError(outcome.error));
  }
}
