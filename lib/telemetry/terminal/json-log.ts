import type { Clock } from '../../kernel/clock.ts';
import { type Log, LOG_LEVELS, type LogLevel } from '../log.ts';

/** A line of JSON per entry, with the names that a deployed function gives its fields. */
export const createJsonLog = (level: LogLevel, clock: Pick<Clock, 'now'>, write: (line: string) => void): Log => {
  const least = LOG_LEVELS.indexOf(level);
  const at =
    (own: LogLevel): Log['info'] =>
    (message, fields = {}) => {
      if (LOG_LEVELS.indexOf(own) < least) return;
      const timestamp = new Date(clock.now()).toISOString();
      write(`${JSON.stringify({ level: own, message, timestamp, service: 'ballast', ...fields })}\n`);
    };
  return { debug: at('DEBUG'), info: at('INFO'), warn: at('WARN'), error: at('ERROR') };
};
