import { createInterface } from 'node:readline/promises';
import { UsageError } from '../../core/usage-error.js';
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

/** Asks for what no flag has said; once more where the answer is no contract. Throws UsageError where the input ends before. */
export async function askFor(known: Replies, terminal: Terminal): Promise<Replies> {
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
    const command = known.command ?? (await ask('Which command starts it? [it is running]'));
    const isOpen = known.baseUrl === undefined && command === undefined;
    const baseUrl = isOpen ? await ask('Where does it run? [http://127.0.0.1:3000]') : known.baseUrl;
    return { contract, baseUrl, command };
  } finally {
    line.close();
  }
}

function isContract(name: string): boolean {
  return TEMPLATES.some(({ contract }) => contract === name);
}
