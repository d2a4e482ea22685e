import { nameOf, type BurstDefinition, type RequestTemplate } from '../burst/definition.js';
import { MOST_GETS_A_BURST } from '../http/http1-decoys.js';
import { whole } from '../report/numbers.js';
import { plural } from '../report/words.js';
import type { SessionPlan } from '../session/plan-session.js';

/** What will be sent where, and how often: said before the first request. */
export function announcement(
  definition: BurstDefinition,
  { scenario, parameters, trials: { trials } }: Pick<SessionPlan, 'scenario' | 'parameters' | 'trials'>,
): readonly string[] {
  const { baseUrl, requests, reset, before, after } = definition;
  const { clients = 0 } = parameters;
  const isOnce = scenario.isRepeatable === false;
  const most = isOnce ? trials : trials * 2;
  const around = [
    ...sent(reset, 'before each trial'),
    ...sent(before, 'before each burst'),
    ...sent(after, 'after each burst'),
  ];
  const dealt = requests.map((request, place) => {
    const count = Math.ceil((clients - place) / requests.length);
    return `${count} x ${nameOf(request)}`;
  });
  return [
    `To ${baseUrl} go ${dealt.join(' and ')} at once, in ${trialWords(trials, most)}: at most ${whole(clients * most)} requests.`,
    ...(around.length === 0 ? [] : [`Besides: ${around.join('; ')}.`]),
    ...(definition.decoyPath === false
      ? []
      : [
          `GET ${definition.decoyPath ?? '/'} warms up each connection, times the server, and keeps it busy right before a burst: up to ${MOST_GETS_A_BURST} a trial.`,
        ]),
    ...(isOnce
      ? [
          trials === 1
            ? 'One trial only: nothing brings the state back, and what an earlier one left may look like a race. Add --reset, or {{fresh}} to the request.'
            : 'Nothing brings the state back between trials: what an earlier one left may look like a race.',
        ]
      : []),
  ];
}

function trialWords(fewest: number, most: number): string {
  if (most === 1) return '1 trial';
  return fewest === most
    ? `up to ${plural(most, 'trial')}`
    : `up to ${plural(fewest, 'trial')} (${whole(most)} where some prove nothing)`;
}

function sent(requests: readonly RequestTemplate[], when: string): readonly string[] {
  return requests.length === 0 ? [] : [`${requests.map(nameOf).join(', ')} ${when}`];
}
