import type { Clock } from '../../kernel/clock.ts';
import { type Log, LOG_LEVELS, type LogFields, type LogLevel } from '../log.ts';
import { createPaint, type Paint } from './paint.ts';

const COLOUR = { DEBUG: 'dim', INFO: 'cyan', WARN: 'yellow', ERROR: 'red' } as const satisfies Record<
  LogLevel,
  keyof Paint
>;

/** One readable line per entry, for a terminal. */
export const createPrettyLog = (
  level: LogLevel,
  clock: Clock,
  write: (line: string) => void,
  paint: Paint = createPaint(false),
): Log => {
  const least = LOG_LEVELS.indexOf(level);
  const shown = (fields: LogFields): string =>
    Object.entries(fields)
      .filter(([, value]) => value !== undefined && value !== null && !(Array.isArray(value) && value.length === 0))
      .map(([key, value]) => `${paint.dim(`${key}=`)}${String(value)}`)
      .join(' ');
  const at =
    (own: LogLevel): Log['info'] =>
    (message, fields = {}) => {
      if (LOG_LEVELS.indexOf(own) < least) return;
      const time = new Date(clock.now()).toISOString().slice(11, 19);
      write(`${paint.dim(time)} ${paint[COLOUR[own]](own.padEnd(5))} ${message} ${shown(fields)}\n`);
    };
  return { debug: at('DEBUG'), info: at('INFO'), warn: at('WARN'), error: at('ERROR') };
};
