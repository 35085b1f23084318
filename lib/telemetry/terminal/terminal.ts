import type { Clock } from '../../kernel/clock.ts';
import type { Log, LogLevel } from '../log.ts';
import { createPaint } from './paint.ts';
import { createRunNotes, createTerminalLog } from './terminal-log.ts';
import { describeThrown, type ThrownByTool } from './thrown.ts';

export interface TerminalOptions {
  readonly out: Pick<NodeJS.WriteStream, 'isTTY' | 'write'> & { hasColors?(): boolean };
  readonly clock: Clock;
  /** What paths are shown from. */
  readonly directory: string;
  readonly stage: string | undefined;
}

/** What a person reads instead of lines of JSON. */
export interface Terminal {
  log(level: LogLevel): Log;
  /** Shows what a tool threw. Not there where anybody but its author may be reading. */
  readonly onToolError?: (thrown: ThrownByTool) => void;
}

export const createTerminal = ({ out, clock, directory, stage }: TerminalOptions): Terminal => {
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
  return {
    log: (level) => createTerminalLog({ level, clock, write, paint, notes }),
    ...(out.isTTY && stage === 'local' && { onToolError }),
  };
};
