/** Minutes of a day: `18:30` is 1110, `24:00` is 1440. */
export function minutesOf(time: string): number {
  return Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5));
}

/** The inverse: 1110 is `18:30`. */
export function timeOf(minutes: number): string {
  const two = (value: number) => String(value).padStart(2, '0');
  return `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

/** When a visit of so many minutes ends. */
export function endOf(start: string, minutes: number): string {
  return timeOf(minutesOf(start) + minutes);
}

const DAY_MS = 86_400_000;

/** Minutes since 1970 for a date and a time of it: two days never share one. */
export function instantOf(date: string, time: string): number {
  return (Date.parse(`${date}T00:00:00Z`) / DAY_MS) * MINUTES_A_DAY + minutesOf(time);
}

export const MINUTES_A_DAY = 1440;
