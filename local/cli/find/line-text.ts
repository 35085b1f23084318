import type { Paint } from '../../../lib/telemetry/terminal/paint.ts';
import { printable } from '../../../lib/telemetry/terminal/printable.ts';
import type { LogLine } from './lines.ts';

/** Said at the head of a line, or of no use to who reads the lines of one request. */
const HIDDEN: ReadonlySet<string> = new Set([
  'level',
  'message',
  'timestamp',
  'service',
  'function',
  'cold_start',
  'function_request_id',
  'sampling_rate',
  'xray_trace_id',
  ...['requestId', 'runId', 'traceId'],
]);

/** A value as it is read. */
export const valueText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** A line as a person reads it. `ids`: those of its ids that are said too. */
export const lineText = (line: LogLine, { dim, bold }: Paint, ids: readonly string[] = []): string => {
  const at = valueText(line['timestamp'] ?? '').slice(11, 23);
  const facts = Object.entries(line)
    .filter(([name, value]) => (!HIDDEN.has(name) || ids.includes(name)) && value !== null)
    .map(([name, value]) => `${dim(`${name}=`)}${printable(valueText(value))}`);
  const head = [at, valueText(line['level'] ?? '').padEnd(5), valueText(line['function'] ?? '-')]
    .map(printable)
    .join(' ');
  return `${head} ${bold(printable(valueText(line['message'] ?? '')))} ${facts.join(' ')}\n`;
};
