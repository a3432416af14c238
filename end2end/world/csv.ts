// The CSV that a table with these columns and rows has to give, worked out from the API's answer
// alone: RFC 4180, CRLF, dates in the browser's zone, text guarded against spreadsheets.
import type { ApiSession } from './product.ts';

type Column = (session: ApiSession, zone: string) => string;

const COLUMNS: Record<string, Column> = {
  User: (session) => text(session.user),
  Device: (session) => text(session.device),
  Client: (session) => text(session.client),
  'Start date': (session, zone) => withOffset(session.started_at, zone),
  Type: (session) => text(session.type),
  Port: (session) => String(session.port),
  'Service URL': (session) => text(session.service_url),
  'Account name': (session) => text(session.account_name),
  'Service provider': (session) => text(session.service_provider),
  'Full name': (session) => text(session.full_name),
  Agent: (session) => text(session.agent ?? ''),
  'Jump server group': (session) => text(session.jump_server_group ?? ''),
  Node: (session) => text(session.node),
  'Session id': (session) => text(session.id),
};

export function expectedCsv(columns: readonly string[], sessions: readonly ApiSession[], zone: string): string {
  const lines = [
    columns,
    ...sessions.map((session) =>
      columns.map((name) => {
        const column = COLUMNS[name];
        if (!column) throw new Error(`no column is called ${name}`);
        return column(session, zone);
      }),
    ),
  ];
  return lines.map((fields) => `${fields.map(quoted).join(',')}\r\n`).join('');
}

/** A spreadsheet runs what begins like a formula. */
function text(value: string): string {
  return /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
}

function quoted(field: string): string {
  return /[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
}

/** `2026-11-23T21:03:12.345Z` as `2026-11-23T17:33:12.345-03:30`. */
function withOffset(instant: string, zone: string): string {
  const date = new Date(instant);
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    fractionalSecondDigits: 3,
    timeZoneName: 'longOffset',
  }).formatToParts(date);
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.find((found) => found.type === type)?.value ?? '';
  const offset = part('timeZoneName').replace('GMT', '') || '+00:00';
  const day = `${part('year')}-${part('month')}-${part('day')}`;
  return `${day}T${part('hour')}:${part('minute')}:${part('second')}.${part('fractionalSecond')}${offset}`;
}

/** The records of a file; anything that RFC 4180 does not allow is an error. */
export function parseCsv(file: string): string[][] {
  const records: string[][] = [];
  let rest = file;
  while (rest !== '') {
    const record: string[] = [];
    for (let more = true; more; ) {
      const field = /^(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/.exec(rest);
      if (!field) throw new Error(`no field of a record: ${rest.slice(0, 80)}`);
      record.push(field[1] === undefined ? field[2]! : field[1].replaceAll('""', '"'));
      rest = rest.slice(field[0].length);
      more = field[3] === ',';
    }
    records.push(record);
  }
  return records;
}
