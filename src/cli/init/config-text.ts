import { isElsewhere } from '../../session/api-address.js';
import type { ContractTemplate } from './operations.js';

/** What a config is written from. */
export interface InitAnswers {
  readonly template: ContractTemplate;
  readonly name: string;
  /** Absent: the command is given a free port. */
  readonly baseUrl: string | undefined;
  /** Absent: the API is running already. */
  readonly command: string | undefined;
  /** What names the file where it is not the usual one: ` --config mine.ts`; else empty. */
  readonly configFlag: string;
  /** What the command is given. */
  readonly stores: readonly string[];
}

/** The text of a race-check.config.ts: it type-checks, and runs where the API has these routes. */
export function configText(answers: InitAnswers): string {
  const { template, command, name } = answers;
  const { contract, finalType, operations, own } = template;
  return `${importsOf(template)}

${usage(answers)}
${own?.definitions(name) ?? ''}${own === undefined ? '' : '\n'}const api = defineHttpTarget({
  contract: ${own?.name ?? contract},
  name: ${quoted(name)},
${addressOf(answers)}
  // How each operation of the contract travels. An editor knows what a request is given and an outcome must be.
  operations: {
${operations.replace(/^ {2}/gm, '')}
  },
  // 5xx is taken for "may have happened", unless it surely did nothing.
  // statuses: { 503: 'not-happened' },

  // Before each trial: exactly this state. A route for tests alone, or a function that writes to the database.
  reset: { request: (initial) => ({ method: 'POST', path: '/test/reset', body: initial }) },
  // After each trial: everything that is stored.
  state: { request: { path: '/test/state' }, final: (answer) => answer.json() as ${finalType} },

  // Without a clear answer (a time-out, a 5xx) a request may still be at work in the API, and such a trial proves nothing.
  // So say when it has come to rest: after the longest time that it gives a request, or when a route says so.
  // settle: { afterMs: 1_000 },${command === undefined ? '' : controlOfCommand(template)}
});

export default defineConfig({ targets: [api]${own === undefined ? '' : `, scenarios: [${own.scenario}]`} });
`;
}

function importsOf({ contract, finalType, own }: ContractTemplate): string {
  if (own !== undefined) {
    return "import { defineConfig, defineContract, defineHttpTarget, defineScenario, type Checker } from 'race-check';";
  }
  return `import { defineConfig, defineHttpTarget } from 'race-check';
import { ${contract}, type ${finalType} } from 'race-check/scenarios/${contract}/contract';`;
}

/** What runs the target. */
export function runCommand({ template, name, configFlag, baseUrl }: InitAnswers): string {
  const allowed = baseUrl !== undefined && isElsewhere(baseUrl) ? ' --allow-remote' : '';
  return `race-check ${template.scenario} --target ${name}${configFlag}${allowed}`;
}

/** What to type, with what it does in a column of its own. */
function usage(answers: InitAnswers): string {
  const { template, configFlag } = answers;
  const contract = template.own?.name ?? template.contract;
  const rows = [
    [runCommand(answers), 'does it hold when everybody comes at once?'],
    [`race-check list${configFlag}`, `every scenario of the contract "${contract}", with what it asks for`],
  ] as const;
  const width = Math.max(...rows.map(([command]) => command.length));
  return rows.map(([command, what]) => `// ${command.padEnd(width)}   ${what}`).join('\n');
}

function controlOfCommand({ own }: ContractTemplate): string {
  const shows = own === undefined ? '' : `, shows: ['${own.shows}']`;
  return `

  // The same command without what makes it right must be caught, or these conditions could not have shown the race.
  // control: { env: { LOCKING: 'off' }${shows} },`;
}

function addressOf({ baseUrl, command, stores }: InitAnswers): string {
  const url =
    baseUrl === undefined
      ? '  // The command finds its port in PORT.\n  baseUrl: ({ port }) => `http://127.0.0.1:${port}`,'
      : `  baseUrl: ${quoted(baseUrl)},`;
  if (command === undefined) return `${url}\n`;
  const given =
    stores.length === 0
      ? "  // A server of its own for the command, with its URL in DATABASE_URL:\n  // stores: ['postgres'],"
      : `  // Servers of ours for the command: it finds their URLs in DATABASE_URL, MONGODB_URL, REDIS_URL.\n  stores: [${stores.map(quoted).join(', ')}],`;
  return `${url}
${given}
  start: {
    command: ${quoted(command)},
    // env: { TEST_ROUTES: 'on' },
    // A path that answers 2xx as soon as it can do everything. Default: its port takes connections.
    // readyWhen: { path: '/health' },
  },
`;
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\n', '\\n')}'`;
}
