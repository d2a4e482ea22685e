import { writeFileSync } from 'node:fs';
import os from 'node:os';
import { fileURLToPath } from 'node:url';
import { isTested } from './claims/claim.js';
import { CLAIMS, SYSTEMS } from './claims/index.js';
import { onceEach, runCommand } from './claims/run-command.js';
import { settle } from './claims/settle.js';
import { renderClaims } from './claims/table.js';

/**
 * Writes docs/claims.md from real runs: `npm run claims`, about ten minutes. Commands that mostly wait (for locks that live
 * for 30 s) run beside the others, which run one after the other.
 */
const DOCUMENT = fileURLToPath(new URL('../docs/claims.md', import.meta.url));
const startedMs = performance.now();
const commands = [...new Set(CLAIMS.flatMap(({ claim }) => (isTested(claim) ? claim.commands : [])))];
const waiting = new Set(SYSTEMS.flatMap((system) => system.waiting ?? []));
let done = 0;

const run = onceEach(async (command) => {
  const report = await runCommand(command);
  done += 1;
  console.error(`${clock()}  ${done} of ${commands.length}  race-check ${command}`);
  return report;
});

async function inTurn(own: readonly string[]): Promise<void> {
  for (const command of own) await run(command);
}

await Promise.all([
  ...commands.filter((command) => waiting.has(command)).map(run),
  inTurn(commands.filter((command) => !waiting.has(command))),
]);
const settled = [];
for (const claim of CLAIMS) settled.push(await settle(claim, run));
writeFileSync(DOCUMENT, renderClaims(settled, machine()));
for (const { name, verdict, evidence } of settled) {
  if (evidence.startsWith('skipped')) console.error(`${name} ${evidence}`);
  else console.error(`${name} ${verdict}`);
}
console.error(`docs/claims.md written in ${clock()}`);

function clock(): string {
  const seconds = Math.round((performance.now() - startedMs) / 1_000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

function machine(): string {
  const processors = os.cpus();
  return `${processors.length} cores (${processors[0]?.model.trim() ?? 'unknown'}) with Node ${process.versions.node}`;
}
