import { grouped } from '../core/grouped.js';
import type { Scenario } from '../core/scenario.js';
import { countLabels, labelOf } from './answers.js';
import { burst, type Burst, type BurstInput } from './contract.js';
import { countChecker } from './count-checker.js';
import { BURST, DEFAULT_CLIENTS, MOST_CLIENTS, nameOf, type BurstDefinition } from './definition.js';
import type { Expectation } from './expectation.js';
import { expressionChecker } from './expression-checker.js';
import type { ExpressionThread } from './expression-thread.js';
import { servedChecker } from './served.js';
import { fillIn, parseTemplate } from './template.js';
import { valuesOf } from './values.js';

/** What of a definition a scenario needs; a recorded history has only its expectations. */
export type BurstAttempts = Pick<BurstDefinition, 'requests' | 'rows' | 'key'>;

/** A burst as a scenario: each client sends one request, and the expectations must hold afterwards. */
export function burstScenario(
  definition: BurstAttempts,
  expectations: readonly Expectation[],
  thread: ExpressionThread,
): Scenario<Burst> {
  const anomalyOf = (place: number) =>
    expectations.length === 1 ? 'broken-expectation' : `broken-expectation-${place + 1}`;
  const counts = expectations.flatMap((one, place) =>
    one.kind === 'count' ? [countChecker(one, anomalyOf(place))] : [],
  );
  const slowCheckers = expectations.flatMap((one, place) =>
    one.kind === 'expression' ? [expressionChecker(one, anomalyOf(place), thread)] : [],
  );
  const texts = expectations.map(({ text }) => text);
  return {
    name: BURST,
    contract: burst,
    summary: 'Clients send one HTTP request each, all at once.',
    describe: ({ clients }) =>
      [
        `${grouped(clients ?? DEFAULT_CLIENTS)} x ${definition.requests.map(nameOf).join(' and ')}`,
        ...(texts.length === 0 ? [] : [`expecting ${texts.join(' and ')}`]),
      ].join(', '),
    source:
      'Kettle, Smashing the state machine: the true potential of web race conditions, PortSwigger, 2023',
    parameters: {
      clients: {
        default: DEFAULT_CLIENTS,
        min: 1,
        max: MOST_CLIENTS,
        describe: 'how many send one request each',
      },
    },
    initial: (_parameters, trial = 0, random = () => 0) => ({
      ...{ trial: trial + 1, fresh: drawn(random), expect: texts },
    }),
    attempts: ({ clients = 0 }, random, trial = 0) => {
      const fresh = drawn(random);
      return Array.from({ length: clients }, (_, client) => ({
        f: 'request' as const,
        input: inputOf(definition, client, { trial: trial + 1, fresh, random: drawn(random) }),
      }));
    },
    unequal: definition.requests.length > 1,
    kindOf: ({ input }) => input.request,
    checkers: [servedChecker(expectations), ...counts],
    slowCheckers,
    tally: (history) => countLabels(history.operations),
    answers: ({ operations }) =>
      operations.map((operation) => ({
        label: labelOf(operation),
        text: operation.status === 'ok' ? textOf(operation.output.body) : '',
      })),
    ...(texts.length === 0 ? { unjudged: 'nothing says what is right: add --expect' } : {}),
    expected: () => ({}),
    controls: {},
    defaultTarget: 'http/none',
    small: { clients: 2 },
  };
}

function inputOf(
  { requests, rows, key }: BurstAttempts,
  client: number,
  numbers: Pick<BurstInput, 'trial' | 'fresh' | 'random'>,
): BurstInput {
  const place = client % Math.max(1, requests.length);
  const request = requests[place];
  return {
    request: request === undefined ? '' : nameOf(request),
    ...numbers,
    place,
    ...(key === undefined ? {} : { key: fillIn(parseTemplate(key), valuesOf(client, numbers, rows)) }),
  };
}

/** Nine digits, none of them a leading zero: it can stand in a text, and for a number. */
function drawn(random: () => number): string {
  return String(100_000_000 + Math.floor(random() * 900_000_000));
}

function textOf(body: unknown): string {
  return typeof body === 'string' ? body : JSON.stringify(body);
}
