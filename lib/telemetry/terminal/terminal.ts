import type { Clock } from '../../kernel/clock.ts';
import type { Log, LogFields, LogLevel } from '../log.ts';
import { createPowertoolsLog } from '../powertools-log.ts';
import { createJsonLog } from './json-log.ts';
import { openLogFile } from './log-file.ts';
import { createPaint } from './paint.ts';
import { createRunNotes, createTerminalLog } from './terminal-log.ts';
import { describeThrown, type ThrownByTool } from './thrown.ts';

export interface TerminalOptions {
  readonly out: Pick<NodeJS.WriteStream, 'isTTY' | 'write'> & { hasColors?(): boolean };
  readonly clock: Clock;
  /** What paths are shown from. */
  readonly directory: string;
  readonly stage: string | undefined;
  /** `pretty`: for a person. Anything else: lines of JSON. */
  readonly format: string | undefined;
  /** Is written as lines of JSON too. */
  readonly file?: string | undefined;
}

/** Where a log goes on a developer's machine: to a person or a program, and into a file. */
export interface Terminal {
  /** `shown`: the level from which a person is shown it. Default: the same. */
  log(level: LogLevel, shown?: LogLevel): Log;
  /** Shows what a tool threw. Not there where anybody but its author may be reading. */
  readonly onToolError?: (thrown: ThrownByTool) => void;
}

/** What joins lines to their request says nothing to who sees them in their order. */
const withoutContext = ({
  function: _function,
  traceId: _traceId,
  cold_start: _coldStart,
  function_request_id: _invocation,
  ...fields
}: LogFields): LogFields => fields;

const mapped = (log: Log, change: (fields: LogFields) => LogFields): Log => ({
  debug: (message, fields = {}) => log.debug(message, change(fields)),
  info: (message, fields = {}) => log.info(message, change(fields)),
  warn: (message, fields = {}) => log.warn(message, change(fields)),
  error: (message, fields = {}) => log.error(message, change(fields)),
});

const both = (first: Log, second: Log): Log => {
  const at =
    (level: keyof Log): Log['info'] =>
    (...line) => {
      first[level](...line);
      second[level](...line);
    };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
};

export const createTerminal = (options: TerminalOptions): Terminal => {
  const { out, clock, directory, stage, format, file } = options;
  const isPretty = format === 'pretty';
  // As NO_COLOR and its like say, which Node knows.
  const paint = createPaint(out.isTTY && out.hasColors?.() === true);
  const write = (text: string): void => void out.write(text);
  const notes = createRunNotes();
  const onToolError = (thrown: ThrownByTool): void => {
    try {
      const [first = '', ...rest] = describeThrown(thrown, directory);
      write([paint.red(first), ...rest.map(paint.dim), ''].join('\n'));
    } catch {
      // What cannot be shown, such as an error whose message throws, changes nothing in the run.
    }
  };
  const intoFile = file === undefined ? null : openLogFile(file);
  const shownAt = (level: LogLevel, shown: LogLevel): Log =>
    isPretty
      ? mapped(createTerminalLog({ level: shown, clock, write, paint, notes }), withoutContext)
      : createPowertoolsLog(level);
  return {
    log(level, shown = level) {
      const log = shownAt(level, shown);
      return intoFile === null ? log : both(log, createJsonLog(level, clock, intoFile));
    },
    ...(out.isTTY && isPretty && stage === 'local' && { onToolError }),
  };
};
