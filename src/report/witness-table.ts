import { anomalyName } from '../core/anomaly.js';
import type { ReportFinding, WitnessEvent } from './report.js';
import { cutTo, textWidth } from './text-width.js';

const EVENTS_SHOWN = 8;

/** The events that prove a finding, a line each: time, client, event. Long events are cut at the width. */
export function witnessLines(finding: ReportFinding, width: number): readonly string[] {
  const events = finding.witnessEvents ?? [];
  const shown = events.slice(0, EVENTS_SHOWN);
  if (shown.length === 0) return [];
  const time = columnOf(shown, 'ms', ({ timeMs }) => timeMs.toFixed(3));
  const client = columnOf(shown, 'client', (event) => String(event.client));
  const rows = ['event', ...shown.map(({ text }) => text)].map((text, place) =>
    cutTo(`    ${time[place] ?? ''}  ${client[place] ?? ''}  ${text}`, width),
  );
  const rest = finding.witness.length - shown.length;
  const more = rest > 0 ? [`    and ${rest} more`] : [];
  return [`  ${anomalyName(finding.anomaly)}, as trial ${finding.trial} saw it:`, ...rows, ...more];
}

function columnOf(
  events: readonly WitnessEvent[],
  header: string,
  cell: (event: WitnessEvent) => string,
): readonly string[] {
  const cells = [header, ...events.map(cell)];
  const width = Math.max(...cells.map(textWidth));
  return cells.map((text) => text.padStart(width));
}
