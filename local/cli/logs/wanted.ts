import { LOG_LEVELS } from '../../../lib/telemetry/log.ts';
import type { LogLine } from '../find/lines.ts';
import { RECORD_QUERIES } from '../find/platform-records.ts';
import { Misused } from '../verb.ts';

/** Which lines are looked for. */
export interface Wanted {
  /** What they say; none: whatever they say. */
  readonly messages: readonly string[];
  /** Fields and their values. */
  readonly fields: readonly (readonly [string, string])[];
  /** Levels that they may have. */
  readonly levels: readonly string[];
}

/** Nothing that would end its quotes in a query, nor be a pattern. */
const MESSAGE = /^[A-Za-z][\w ]{0,79}$/;
const FIELD = /^[A-Za-z]\w{0,39}$/;
const VALUE = /^[\w.:/-]{1,128}$/;

/** As API Gateway writes of each request; see `platform-lines.ts`. */
export const ACCESS = 'access';

/** Throws `Misused` for a name that no field has. */
export const fieldName = (name: string): string => {
  if (!FIELD.test(name)) throw new Misused(`A field is a name as code or tenantId, and ${name} is none.`);
  return name;
};

const levelsFrom = (least: string): string[] => {
  const at = LOG_LEVELS.findIndex((level) => level === least);
  if (at < 0) throw new Misused(`--level is one of ${LOG_LEVELS.join(', ')}.`);
  return LOG_LEVELS.slice(at);
};

/** Reads words such as `"request refused"` and `code=forbidden`. Throws `Misused` where one is neither. */
export const wantedBy = (words: readonly string[], least = 'DEBUG'): Wanted => {
  const messages = words.filter((word) => !word.includes('='));
  const wrong = messages.find((message) => !MESSAGE.test(message));
  if (wrong !== undefined) throw new Misused(`A message is words, as "request failed", and ${wrong} is none.`);
  const fields = words
    .filter((word) => word.includes('='))
    .map((word): readonly [string, string] => {
      const at = word.indexOf('=');
      const value = word.slice(at + 1);
      if (!VALUE.test(value)) throw new Misused(`${word.slice(0, at)} needs a value of letters, digits and . _ : / -.`);
      return [fieldName(word.slice(0, at)), value];
    });
  return { messages, fields, levels: levelsFrom(least) };
};

/** Whether a line is one of those. */
export const isWanted = ({ messages, fields, levels }: Wanted, line: LogLine): boolean =>
  (messages.length === 0 || messages.includes(String(line['message']))) &&
  levels.includes(String(line['level'])) &&
  fields.every(([name, value]) => String(line[name]) === value);

/**
 * The query of CloudWatch Logs Insights that finds them, and perhaps others. What Lambda and API Gateway write has no field
 * `message`: of the one it is looked for in the text and in its records, and of the other the log is named.
 */
export const queryOf = ({ messages, fields, levels }: Wanted, limit: number): string => {
  const said = messages.filter((message) => message !== ACCESS);
  const isOwn = said.flatMap((message) => [
    `message = "${message}" or @message like "${message}"`,
    ...[RECORD_QUERIES.get(message)].filter((query) => query !== undefined),
  ]);
  const filters = [
    ...(messages.includes(ACCESS)
      ? []
      : [`(${levels.map((level) => `level = "${level}"`).join(' or ')} or not ispresent(level))`]),
    ...(isOwn.length === 0 ? [] : [`(${isOwn.join(' or ')})`]),
    ...fields
      // The name that a line of Lambda's has is that of its log.
      .filter(([name]) => name !== 'function')
      .map(([name, value]) => `${name} = "${value}"`),
  ];
  const filter = filters.length === 0 ? '' : ` | filter ${filters.join(' and ')}`;
  return `fields @timestamp, @log, @message${filter} | sort @timestamp desc | limit ${limit}`;
};
