import type { JudgedTarget, ReportTarget } from '../src/index.js';
import { isRequired } from '../src/stores/why-missing.fixture.js';

/**
 * A row that was judged. Skips the test aloud where its store is not to be had here, unless RACE_CHECK_REQUIRE names that;
 * throws for whatever else has no verdict.
 */
export function judgedRow(row: ReportTarget | undefined, skip: (note: string) => never): JudgedTarget {
  if (row?.outcome === 'judged') return row;
  if (row?.outcome === 'skipped' && !isRequired(row.store)) skip(`${row.reason} ${row.remedy}`);
  throw new Error(`It was not judged: ${JSON.stringify(row)}`);
}

/** Of a row, whether it did what it claims, with all that explains it where it did not. */
export function claimed({
  met,
  expectation,
  verdict,
  reasons,
  gaveUp,
  errors,
  counts,
  findings,
}: JudgedTarget) {
  const found = findings.map(({ anomaly, message }) => `${anomaly}: ${message}`);
  return { met, expectation, verdict, reasons, gaveUp, errors, counts, found };
}
