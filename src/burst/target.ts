import type { ClientContext, TargetContext } from '../core/context.js';
import type { Json } from '../core/json.js';
import type { Client, OpenTarget, Target } from '../core/target.js';
import { heldAttempt } from '../http/held-request.js';
import { openHttpTransport, type HttpAnswer, type HttpClient } from '../http/http-transport.js';
import { aroundBursts, type TrialNumbers } from './around.js';
import { ask } from '../stores/http/ask.js';
import { parsedBody } from './body.js';
import type { Burst, BurstAnswer, BurstFinal, BurstInput } from './contract.js';
import { targetIdOf, type BurstDefinition } from './definition.js';
import { prepareRequest, valuesOf, type PreparedRequest } from './values.js';

/** The server that a burst is sent to, as a target: made from plain data, in whatever process. */
export function burstTarget(definition: BurstDefinition): Target<Burst> {
  const { baseUrl, insecure, sync, settleMs, holdMs } = definition;
  return {
    contract: 'burst',
    id: targetIdOf(baseUrl),
    stores: ['http'],
    summary: `Whatever answers at ${baseUrl}.`,
    prevents: 'unknown',
    costs: 'unknown',
    source: baseUrl,
    expectations: {},
    api: {
      ...{ baseUrl, insecure, sync, settleHint: SETTLE_HINT, problems: [] },
      ...(settleMs === undefined ? {} : { settle: { afterMs: settleMs } }),
      ...(holdMs === undefined ? {} : { holdMs }),
    },
    open: (context) => openBurst(definition, context),
  };
}

const SETTLE_HINT = 'say how long after a request nothing of it is at work any more, such as --settle 2s';

async function openBurst(definition: BurstDefinition, context: TargetContext): Promise<OpenTarget<Burst>> {
  const { baseUrl, sync, insecure, rows, arrivalHeader, decoyPath, holdMs } = definition;
  const transport = await openHttpTransport(
    {
      baseUrl,
      sync,
      insecure,
      ...(arrivalHeader === undefined ? {} : { arrivalHeader }),
      ...(decoyPath === undefined ? {} : { decoyPath }),
      ...(holdMs === undefined ? {} : { holdMs }),
    },
    context,
  );
  const requests = definition.requests.map(prepareRequest);
  const around = aroundBursts(definition, (request) =>
    ask(request, { baseUrl, insecure, sync, withinMs: definition.timeoutMs }),
  );
  let trial: TrialNumbers = { trial: 1, fresh: '' };
  let before: { readonly document: Json } | undefined;
  return {
    setup: () => Promise.resolve(),
    reset: async (initial) => {
      trial = initial;
      await around.reset(trial);
      before = around.before && { document: await around.before(trial) };
    },
    client: async (clientContext: ClientContext) =>
      burstClient(await transport.client(clientContext), (input) =>
        requests[input.place]!(valuesOf(clientContext.client, input, rows)),
      ),
    aboutToRelease: (waits) => transport.aboutToRelease(waits),
    read: async (): Promise<BurstFinal> => ({
      ...(before === undefined ? {} : { before: before.document }),
      ...(around.before !== undefined && before === undefined ? { lostBefore: true } : {}),
      ...(around.after === undefined ? {} : { after: await around.after(trial) }),
    }),
    close: () => transport.close(),
  };
}

function burstClient(
  client: HttpClient,
  requestFor: (input: BurstInput) => ReturnType<PreparedRequest>,
): Client<Burst> {
  return {
    request: async (input) => outcomeOf(await client.send(requestFor(input))),
    hold: async (_f, input) => heldAttempt(await client.hold(requestFor(input as BurstInput)), outcomeOf),
    close: () => client.close(),
  };
}

function outcomeOf({ status, headers, body, ms }: HttpAnswer): BurstAnswer {
  return {
    status,
    body: parsedBody(headers['content-type'], body),
    ms: Math.round(ms * 1_000) / 1_000,
  };
}
