import type { Command } from 'commander';
import { grouped } from '../core/grouped.js';
import { DEFAULT_CLIENTS, MOST_CLIENTS } from '../burst/definition.js';
import type { BurstWords } from '../burst/read-burst.js';
import { SYNCS, type Sync } from '../http/http-transport.js';
import { didYouMean } from '../session/nearest.js';
import { DEFAULTS } from '../session/options.js';
import { addLimitFlags } from './limit-flags.js';
import { addTrialFlags, duration, wholeNumber, type RawFlags } from './flags.js';

export const BURST_EXAMPLES = `
Examples:
  race-check burst POST http://localhost:5000/api/bookings --clients 100 --body @booking.json \\
      --reset 'POST /api/reset' --expect '200 = 1' --expect '409 = 99'
  race-check burst POST http://localhost:5000/buy --body '{"user":"{{name}}"}' --data users.csv --clients 20 \\
      --header 'Authorization: Bearer {{token}}' --reset 'POST /reset' --after 'GET /stock' --expect 'after.stock >= 0'
  race-check burst --request 'POST http://localhost:5000/pay {"order":{{fresh}}}' \\
      --request 'POST /cancel {"order":{{fresh}}}' --clients 2 --expect '2xx = 1'

Expectations, each of which must be true of every trial:
  200 = 1, 2xx >= 1, 409 = 99            how many answers have a status
  after.stock >= 0                       JSONata over { answers: [{ status, body, ms, client, request }], before, after }
  $count($distinct(answers.body.number)) = 100

Templates in path, headers and body: {{client}} from 0, {{trial}} from 1, {{random}} (another number for
each request), {{fresh}} (another in each trial of each run), and the columns of --data.`;

const EACH = (value: string, previous: readonly string[] = []) => [...previous, value];

/** The flags of `race-check burst`. */
export function addBurstFlags(command: Command): Command {
  command
    .option('-c, --clients <number>', `how many send one request each, at once (default: ${DEFAULT_CLIENTS})`)
    .option('--body <text>', 'the body; @file for that of a file')
    .option('-H, --header <line>', "'Name: value', goes with every request; can be repeated", EACH)
    .option(
      '--request <line>',
      "'METHOD url [body]': one more request, clients take turns; can be repeated",
      EACH,
    )
    .option('--expect <expectation>', 'what must be true of every trial, see below; can be repeated', EACH)
    .option('--reset <line>', "'METHOD url [body]', sent before each trial; can be repeated", EACH)
    .option('--before <line>', "'GET url', asked before each burst; its body is `before`", EACH)
    .option('--after <line>', "'GET url', asked after each burst; its body is `after`", EACH)
    .option('--data <file>', 'a CSV with a row for each client; its columns are templates')
    .option('--key <template>', 'requests whose key is equal touch the same thing (default: all of a burst)')
    .option('--sync <technique>', `how requests arrive together: ${SYNCS.join(', ')} (default: auto)`)
    .option(
      '--decoy-path <path>',
      'warm up, and time the server, with GET of this path; none: with nothing (default: /)',
    )
    .option(
      '--hold <duration>',
      'hold requests at least so long before their ends go, at most 2s (default: 8ms, or twice the slowest probe)',
    )
    .option('--arrival-header <name>', 'a header of the answers that says when the request arrived')
    .option('--settle <duration>', 'so long after an unclear answer nothing of it is at work any more')
    .option('--insecure', 'accept any certificate')
    .option('--allow-remote', 'allow a server that is not on this machine');
  return addTrialFlags(addLimitFlags(command))
    .option('--repeat <number>', 'the same as --trials')
    .option('-o, --out <folder>', 'where reports are kept (default: reports)')
    .option('--no-report', 'keep no report');
}

/** The words of a burst, and what must be true of it. Adds to `problems` what cannot be read. */
export function readBurstFlags(
  [method, url]: readonly string[],
  flags: RawFlags,
  cwd: string,
  problems: string[],
): { readonly words: BurstWords; readonly expect: readonly string[] } {
  const text = (name: string) => flags[name] as string | undefined;
  const texts = (name: string) => (flags[name] ?? []) as readonly string[];
  return {
    words: {
      ...{ method, url, cwd, body: text('body'), data: text('data'), key: text('key') },
      headers: texts('header'),
      requests: texts('request'),
      reset: texts('reset'),
      before: texts('before'),
      after: texts('after'),
      clients: clientsOf(text('clients'), problems),
      arrivalHeader: text('arrivalHeader'),
      decoyPath: text('decoyPath'),
      insecure: flags['insecure'] === true,
      allowRemote: flags['allowRemote'] === true,
      sync: syncOf(text('sync'), problems),
      holdMs: duration('--hold', text('hold'), problems),
      timeoutMs: duration('--timeout', text('timeout'), []) ?? DEFAULTS.timeoutMs,
      settleMs: duration('--settle', text('settle'), problems),
    },
    expect: texts('expect'),
  };
}

function clientsOf(given: string | undefined, problems: string[]): number {
  const clients = wholeNumber('--clients', given, problems) ?? DEFAULT_CLIENTS;
  if (clients >= 1 && clients <= MOST_CLIENTS) return clients;
  problems.push(`expected a whole number from 1 to ${grouped(MOST_CLIENTS)} for --clients, got ${clients}`);
  return DEFAULT_CLIENTS;
}

function syncOf(given: string | undefined, problems: string[]): Sync {
  if (given === undefined) return 'auto';
  const sync = SYNCS.find((one) => one === given);
  if (sync !== undefined) return sync;
  problems.push(`expected one of ${SYNCS.join(', ')} for --sync, got "${given}"${didYouMean(given, SYNCS)}`);
  return 'auto';
}
