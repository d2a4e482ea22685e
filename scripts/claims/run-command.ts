import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { reportSchema, type Report } from '../../src/report/report.js';

const CLI = fileURLToPath(new URL('../../dist/src/cli/main.js', import.meta.url));

/** What a reader types, as the words that the command line is given. */
export function wordsOf(command: string): string[] {
  return command.split(' ');
}

/** Runs `race-check <command>` and gives back its report; throws with what it said where there is none. */
export async function runCommand(command: string): Promise<Report> {
  const words = [...wordsOf(command), '--json', '--quiet', '--no-report'];
  const child = spawn(process.execPath, [CLI, ...words], { stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject).once('close', resolve);
  });
  if (stdout === '') throw new Error(`race-check ${command} ended with ${code}: ${stderr}`);
  return reportSchema.parse(JSON.parse(stdout));
}

/** Each command once, whoever asks for it. */
export function onceEach(run: (command: string) => Promise<Report>): (command: string) => Promise<Report> {
  const reports = new Map<string, Promise<Report>>();
  return (command) => {
    const known = reports.get(command) ?? run(command);
    reports.set(command, known);
    return known;
  };
}
