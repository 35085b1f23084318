import { label, type Redacted, safe } from '../../kernel/redacted.ts';
import type { Emit } from '../../telemetry/events.ts';
import type { Log, LogFields } from '../../telemetry/log.ts';

/** So many lines of one call are written; a loop that logs is a mistake of its tool. */
const MOST_LINES = 100;
const MOST_FIELDS = 20;
const MOST_CHARS = 1_000;

const WITHHELD = safe`(withheld)`;

/** Names that a log takes for its own. */
const OWN = new Set(['level', 'message', 'timestamp', 'service', 'runId', 'agent', 'tool']);

export interface ToolLogParts {
  readonly runId: Redacted;
  readonly agent: Redacted;
  readonly tool: Redacted;
  readonly emit: Emit;
  readonly withoutSecrets: (text: string) => string;
}

/** What one call of a tool writes into the log: bounded, and without the tool's secrets, whatever its author did about types. */
export const createToolLog = ({ runId, agent, tool, emit, withoutSecrets }: ToolLogParts): Log => {
  let lines = 0;
  // Whoever writes without types can give anything.
  const isFit = (value: unknown): boolean =>
    typeof value === 'string'
      ? value.length <= MOST_CHARS && withoutSecrets(value) === value
      : value === null || ['number', 'boolean', 'bigint'].includes(typeof value);
  const fieldsOf = (fields: LogFields): LogFields =>
    Object.fromEntries(
      Object.entries(fields)
        .filter(([name]) => !OWN.has(name) && label(name) === name)
        .slice(0, MOST_FIELDS)
        .map(([name, value]) => [name, isFit(value) ? value : WITHHELD]),
    );
  const write =
    (level: keyof Log): Log['info'] =>
    (message, fields = {}) => {
      lines += 1;
      if (lines > MOST_LINES + 1) return;
      const isLast = lines > MOST_LINES;
      const line = isLast
        ? safe`further lines of this call are left out`
        : typeof message === 'string' && isFit(message)
          ? message
          : WITHHELD;
      emit({ type: 'tool.logged', level, message: line, runId, agent, tool, fields: isLast ? {} : fieldsOf(fields) });
    };
  return { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
};
