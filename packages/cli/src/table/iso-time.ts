const DATE = /^(?:\d{4}|[+-]\d{6})-\d\d-\d\d$/;

/** The date, the time of day, its fraction of a second, and the zone. */
const TIMESTAMP =
  /^([+-]?\d+-\d\d-\d\d)(?:[T ]([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d(?:\.\d{1,9})?))?(Z|[+-](?:[01]\d|2[0-3])(?::?[0-5]\d)?)?)?$/;

/**
 * What a date or a time in ISO 8601 is as a number: `2024-02-29` as days since 1970-01-01;
 * `2024-02-29T12:30:00.5+01:00`, or less of it, as seconds since 1970-01-01 00:00 UTC, read as UTC
 * where no zone is given. `null`: it is none, or no day of the calendar.
 */
export function isoTime(text: string, kind: "date" | "timestamp"): number | null {
  if (kind === "date") return daysOf(text);
  const [, date = "", hours = "0", minutes = "0", seconds = "0", zone = "Z"] =
    TIMESTAMP.exec(text) ?? [];
  const days = daysOf(date);
  if (days === null) return null;
  return (
    days * 86_400 + Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds) - offset(zone)
  );
}

/** The calendar of JavaScript lets a month run over into the next: only what comes back is a day. */
function daysOf(date: string): number | null {
  const milliseconds = DATE.test(date) ? Date.parse(`${date}T00:00:00Z`) : Number.NaN;
  if (Number.isNaN(milliseconds)) return null;
  return new Date(milliseconds).toISOString().startsWith(`${date}T`)
    ? milliseconds / 86_400_000
    : null;
}

/** Seconds that a zone is ahead of UTC. */
function offset(zone: string): number {
  const [, sign, hours, minutes = "0"] = /^([+-])(\d\d):?(\d\d)?$/.exec(zone) ?? [];
  if (hours === undefined) return 0;
  return (sign === "-" ? -1 : 1) * (Number(hours) * 3600 + Number(minutes) * 60);
}
