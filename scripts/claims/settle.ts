import type { Report } from '../../src/report/report.js';
import { isTested, type Finding, type TestedClaim } from './claim.js';
import { serversOf, StoreMissing } from './evidence.js';
import type { NamedClaim } from './index.js';

/** A claim with what became of it, as the table has it. */
export interface SettledClaim extends Finding {
  readonly name: string;
  readonly claim: string;
  readonly commands: readonly string[];
}

type Run = (command: string) => Promise<Report>;

/** What the reports of these commands say about the claim. */
export async function judge(claim: TestedClaim, commands: readonly string[], run: Run): Promise<Finding> {
  return (await judged(claim, commands, run)).finding;
}

/** Runs what the claim needs. Where a store is missing that is told, and nothing is settled. */
export async function settle({ name, claim }: NamedClaim, run: Run): Promise<SettledClaim> {
  if (!isTested(claim)) {
    return {
      name,
      claim: claim.claim,
      commands: [],
      verdict: 'not settled here',
      evidence: claim.untested,
    };
  }
  const { commands } = claim;
  try {
    const { finding, reports } = await judged(claim, commands, run);
    const { verdict, evidence } = finding;
    return { name, claim: claim.claim, commands, verdict, evidence: `${evidence} (${stampOf(reports)})` };
  } catch (error) {
    if (!(error instanceof StoreMissing)) throw error;
    return {
      name,
      claim: claim.claim,
      commands,
      verdict: 'not settled here',
      evidence: `skipped: ${error.message}`,
    };
  }
}

async function judged(claim: TestedClaim, commands: readonly string[], run: Run) {
  const reports: Report[] = [];
  for (const command of commands) reports.push(await run(command));
  return { finding: claim.judge(...reports), reports };
}

/** `2026-02-11, SecantusDB 0.7.0b3, PostgreSQL 18.4`. */
function stampOf(reports: readonly Report[]): string {
  const dates = new Set(reports.map(({ startedAt }) => startedAt.slice(0, 10)));
  return [...dates, ...new Set(reports.flatMap(serversOf))].join(', ');
}
