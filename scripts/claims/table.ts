import type { Verdict } from './claim.js';
import { SYSTEMS } from './index.js';
import type { SettledClaim } from './settle.js';

const HEAD = ['', 'claim', 'how to test it', 'verdict', 'evidence'];

/** The whole of docs/claims.md. */
export function renderClaims(settled: readonly SettledClaim[], machine: string): string {
  const sections = SYSTEMS.map(({ letter, subject, about }) => {
    const own = settled.filter(({ name }) => name.startsWith(letter));
    return `## ${letter}. ${subject}\n\n${about}\n\n${table(own)}\n`;
  });
  const counts = countsOf(settled.map(({ verdict }) => verdict));
  return `# Claims put to the test

Five texts explain how to share state between concurrent clients, each for a system of its own: numbers for customers,
bookings of tables, a checkout, orders under two-phase locking, seats of a bus. They make claims that one meets elsewhere as
well. Here is every claim of each, with the command that tests it and what became of it. The tables are written by
\`npm run claims\`, from real runs on ${machine}.

How to read it:

- **confirmed**: the command was run and nothing spoke against it. Where it says that something never happens it comes with its
  bound: "0 of 59 trials, so fewer than 5.0 % of such trials at 95 %" is all that 59 trials can say.
- **refuted**: a run showed otherwise. What was seen is in the evidence; each command repeats it.
- **only if ...**: true under a condition that the text does not state, and false without it.
- **not settled here**: nothing that was run here can tell, and why.

${standIn(settled)}Times are those of the machine and servers that are named. \`RACE_CHECK_CLAIMS=all npx vitest run scripts/claims\` runs
every command again and compares the verdicts; without the variable a part of them is run, made small.

${counts}

${sections.join('\n')}`;
}

/** What evidence from another server than MongoDB is worth; nothing where there is none. */
function standIn(settled: readonly SettledClaim[]): string {
  if (!settled.some(({ evidence }) => evidence.includes('SecantusDB'))) return '';
  return `There was no \`mongod\` here: what is told of MongoDB was run on SecantusDB, which speaks its protocol and is not MongoDB. It
settles no claim about MongoDB's speed or rates. It does settle what follows from a program's own steps: a counter that is
read before it is written, a lock that lapses under its holder, two locks in opposite orders. That MongoDB itself keeps the
promises that a confirmed claim relies on is for a run with \`--mongodb-url\` to show.

`;
}

/** `12 confirmed, 9 refuted, ...`. */
function countsOf(verdicts: readonly Verdict[]): string {
  const kinds = ['confirmed', 'refuted', 'only if', 'not settled here'];
  const counts = kinds.map((kind) => {
    const count = verdicts.filter((verdict) => verdict.startsWith(kind)).length;
    return `${count} ${kind}${kind === 'only if' ? ' ...' : ''}`;
  });
  return `Of ${verdicts.length} claims: ${counts.join(', ')}.`;
}

function table(settled: readonly SettledClaim[]): string {
  const rows = settled.map(({ name, claim, commands, verdict, evidence }) => [
    name,
    cell(claim),
    commands.map((command) => `\`race-check ${command}\``).join('<br>') || '-',
    verdict,
    cell(evidence),
  ]);
  return [HEAD, HEAD.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** A bar or a line's end would begin a new cell or row. */
function cell(text: string): string {
  return text.replaceAll('|', '\\|').replace(/\s+/g, ' ').trim();
}

export interface WrittenClaim {
  readonly name: string;
  readonly claim: string;
  readonly commands: readonly string[];
  readonly verdict: string;
  readonly evidence: string;
}

/** The rows of docs/claims.md, as they stand there. */
export function readClaims(markdown: string): WrittenClaim[] {
  return markdown.split('\n').flatMap((line) => {
    const cells = /^\| ([A-Z]\d+) \| (.*) \| (.*) \| (.*) \| (.*) \|$/.exec(line)?.slice(1);
    if (!cells) return [];
    const [name, claim, commands, verdict, evidence] = cells as [string, string, string, string, string];
    return [
      {
        name,
        claim,
        commands: [...commands.matchAll(/`race-check ([^`]*)`/g)].map(([, command]) => command!),
        verdict,
        evidence,
      },
    ];
  });
}
