import type { HttpAnswer, HttpRequest } from '../http/http-transport.js';
import type { Json } from '../core/json.js';
import { shownAnswer } from '../stores/http/ask.js';
import { parsedBody } from './body.js';
import type { BurstInitial } from './contract.js';
import { nameOf, type BurstDefinition, type RequestTemplate } from './definition.js';
import { prepareRequest, valuesOf } from './values.js';

/** What is sent around the burst of one trial. Each request waits for the one before. */
export interface Around {
  reset(trial: TrialNumbers): Promise<void>;
  /** A single request gives its document, several give a list of them. Undefined where nothing is asked for. */
  readonly before: Asking | undefined;
  readonly after: Asking | undefined;
}

/** Nobody in particular asks: templates are filled in as for the first client, and what is random is the trial's. */
export type TrialNumbers = Pick<BurstInitial, 'trial' | 'fresh'>;

type Asking = (trial: TrialNumbers) => Promise<Json>;

/** A request that is not answered with 2xx or 3xx is an error, and ends the run. */
/** Sends what is no part of a burst. Rejects where there is no whole answer in time. */
export type SendBetween = (request: HttpRequest) => Promise<Pick<HttpAnswer, 'status' | 'headers' | 'body'>>;

export function aroundBursts(definition: BurstDefinition, send: SendBetween): Around {
  const { rows } = definition;
  const sender = (flag: string) => (template: RequestTemplate) => {
    const prepared = prepareRequest(template);
    return async ({ trial, fresh }: TrialNumbers): Promise<Json> => {
      const request = prepared(valuesOf(0, { trial, fresh, random: fresh }, rows));
      const answer = await send(request).catch((error: unknown) => {
        const reason = error instanceof Error ? error.message : String(error);
        throw new Error(`${flag} ${nameOf(template)} was not answered: ${reason}`, { cause: error });
      });
      if (answer.status < 200 || answer.status >= 400) {
        throw new Error(`expected 2xx or 3xx from ${flag} ${nameOf(template)}, got ${shownAnswer(answer)}`);
      }
      return parsedBody(answer.headers['content-type'], answer.body);
    };
  };
  const reset = definition.reset.map(sender('--reset'));
  return {
    reset: async (trial) => {
      for (const one of reset) await one(trial);
    },
    before: documentsOf(definition.before.map(sender('--before'))),
    after: documentsOf(definition.after.map(sender('--after'))),
  };
}

function documentsOf(asking: readonly Asking[]): Asking | undefined {
  if (asking.length === 0) return undefined;
  return async (trial) => {
    const documents: Json[] = [];
    for (const one of asking) documents.push(await one(trial));
    return documents.length === 1 ? documents[0]! : documents;
  };
}
