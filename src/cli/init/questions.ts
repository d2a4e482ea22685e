import { createInterface } from 'node:readline/promises';
import { UsageError } from '../../core/usage-error.js';
import { baseUrlProblems } from '../../session/api-address.js';
import { TEMPLATES } from './operations.js';

/** What was asked and answered; nothing where the default will do. */
export interface Replies {
  readonly contract: string | undefined;
  readonly baseUrl: string | undefined;
  readonly command: string | undefined;
}

/** Who is asked. */
export interface Terminal {
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
}

/** Asks for what no flag has said; once more where an answer cannot be. `stores` want a command. Throws UsageError where the input ends before. */
export async function askFor(
  known: Replies & { readonly stores?: readonly string[] },
  terminal: Terminal,
): Promise<Replies> {
  const line = createInterface({ ...terminal, terminal: false });
  const ended = new Promise<never>((_, reject) => {
    const words =
      'nothing was written: there is no answer to what was asked; flags answer too, and --yes asks nothing';
    line.once('close', () => reject(new UsageError([words])));
  });
  // Closed here when all is asked.
  ended.catch(() => undefined);
  const ask = async (question: string) =>
    (await Promise.race([line.question(`${question} `), ended])).trim() || undefined;
  try {
    let { contract } = known;
    if (contract === undefined) {
      const choices = TEMPLATES.map(({ contract: name, question }) => `  ${name}: ${question}`).join('\n');
      const expected = `[${TEMPLATES[0]!.contract}]`;
      contract = await ask(`What does the API do?\n${choices}\n${expected}`);
      while (contract !== undefined && !isContract(contract)) {
        contract = await ask(`"${contract}" is none of these. ${expected}`);
      }
    }
    let { command } = known;
    if (command === undefined) {
      const { stores = [] } = known;
      const isNeeded = stores.length > 0;
      command = await ask(`Which command starts it? ${isNeeded ? '' : '[it is running]'}`.trim());
      while (command === undefined && isNeeded) {
        command = await ask(`${stores.join(' and ')} would be there for nobody. Which command starts it?`);
      }
    }
    if (known.baseUrl !== undefined || command !== undefined) {
      return { contract, baseUrl: known.baseUrl, command };
    }
    const expected = '[http://127.0.0.1:3000]';
    let baseUrl = await ask(`Where does it run? ${expected}`);
    while (baseUrl !== undefined) {
      const problems = baseUrlProblems(baseUrl);
      if (problems.length === 0) break;
      baseUrl = await ask(`This cannot be: ${problems.join('; ')}. ${expected}`);
    }
    return { contract, baseUrl, command };
  } finally {
    line.close();
  }
}

function isContract(name: string): boolean {
  return TEMPLATES.some(({ contract }) => contract === name);
}
