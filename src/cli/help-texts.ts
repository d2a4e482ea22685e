const EXIT_CODES = `
Exit codes:
  0    holds (compare, matrix: every target met its expectation)
  1    violated, or a limit was not kept (--max-p99, --baseline, ...)
  2    inconclusive: too little evidence, or none for a limit
  3    could not run
  4    wrong usage
  130  interrupted (143: terminated); partial results are shown as such`;

const ENVIRONMENT = `
Environment:
  RACE_CHECK_POSTGRES_URL, RACE_CHECK_MONGODB_URL, RACE_CHECK_REDIS_URL
                       servers to use, where --postgres-url and the like name none
  RACE_CHECK_REQUIRE   stores, separated by commas, without which a run could not run; else they are skipped
  RACE_CHECK_CODE_LIMIT
                       how long a file of your own may work without a pause, as a checker does (default: 30s)
  NO_COLOR             never a colour; FORCE_COLOR: also where the output is no terminal
  COLUMNS              how wide a table may be where the output is no terminal (default: 100)`;

const EXAMPLES = `
Examples:
  race-check flash-sale                                 can 33 buyers oversell 20 units?
  race-check flash-sale --target postgres/naive,postgres/optimistic
  race-check flash-sale --clients 100 --stock 50 --confidence 99% --max-rate 1%
  race-check compare flash-sale                         every strategy side by side
  race-check explore flash-sale --target postgres/naive every interleaving of two buyers
  race-check matrix --contract checkout --budget 2m     every strategy in every scenario
  race-check ./my.scenario.ts --target ./my.target.ts,postgres/naive
  race-check flash-sale --reporter junit=junit.xml --baseline main.json --max-slowdown 1.5 --max-p99 250ms
  race-check check reports/latest/history.jsonl         judge a recorded history again
  race-check burst POST http://localhost:5000/buy --reset 'POST /reset' --expect '2xx = 1'`;

const AFTER: Readonly<Record<string, string>> = {
  run: `
Examples:
  race-check flash-sale --clients 100 --stock 50 --confidence 99% --max-rate 1%
  race-check flash-sale --target ./my.target.ts,postgres/naive --timeout 5s
  race-check last-seat --target file/memory-mutex --processes 2
  race-check flash-sale --reporter junit=junit.xml --max-p99 250ms --strict`,
  compare: `
Examples:
  race-check compare flash-sale
  race-check compare table-booking --store redis
  race-check compare basket --target postgres/for-update,postgres/for-update-ordered --trials 200`,
  explore: `
Examples:
  race-check explore flash-sale --target postgres/naive
  race-check explore last-unit --all --store postgres --budget 20s
  race-check explore basket --target postgres/for-update --search pct --max-schedules 500`,
  replay: `
Examples:
  race-check replay reports/latest/report.json --times 100`,
  export: `
Examples:
  race-check export k6 flash-sale --target my-api > flash-sale.js`,
  judge: `
Examples:
  race-check judge runner-1.json runner-2.json --target my-api`,
  matrix: `
Examples:
  race-check matrix --contract checkout --budget 2m
  race-check matrix --store postgres,redis --markdown matrix.md`,
  check: `
Examples:
  race-check check reports/latest/history.jsonl
  race-check check theirs.jsonl --scenario ./my.scenario.ts`,
  init: `
Examples:
  race-check init --contract checkout --command 'npm start' --store postgres`,
  doctor: `
Examples:
  race-check doctor --install mongodb

The exit code is 0 where race-check flash-sale can run, else 3.`,
};

/** Commands whose exit code is no verdict. */
const WITHOUT_VERDICT: readonly string[] = ['doctor', 'init', 'list'];

/** What stands below the options of the program itself. */
export const PROGRAM_HELP = `${EXIT_CODES}\n${ENVIRONMENT}\n${EXAMPLES}`;

/** What stands below the options of one command. Its examples are commands that are understood. */
export function helpAfter(command: string): string {
  return `${AFTER[command] ?? ''}${WITHOUT_VERDICT.includes(command) ? '' : `\n${EXIT_CODES}`}`;
}
