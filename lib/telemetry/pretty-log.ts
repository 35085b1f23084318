import type { Clock } from '../kernel/clock.ts';
import type { Log, LogFields } from './log.ts';

const LEVELS = ['DEBUG', 'INFO', 'WARN', 'ERROR'] as const;
type Level = (typeof LEVELS)[number];

const COLOUR: Record<Level, string> = { DEBUG: '\x1b[90m', INFO: '\x1b[36m', WARN: '\x1b[33m', ERROR: '\x1b[31m' };
const DIM = '\x1b[90m';
const RESET = '\x1b[0m';

const shown = (fields: LogFields): string =>
  Object.entries(fields)
    .filter(([, value]) => value !== undefined && value !== null && !(Array.isArray(value) && value.length === 0))
    .map(([key, value]) => `${DIM}${key}=${RESET}${String(value)}`)
    .join(' ');

/** One readable line per entry, for a terminal. */
export const createPrettyLog = (level: Level, clock: Clock, write: (line: string) => void): Log => {
  const least = LEVELS.indexOf(level);
  const at =
    (own: Level): Log['info'] =>
    (message, fields = {}) => {
      if (LEVELS.indexOf(own) < least) return;
      const time = new Date(clock.now()).toISOString().slice(11, 23);
      write(`${DIM}${time}${RESET} ${COLOUR[own]}${own.padEnd(5)}${RESET} ${message} ${shown(fields)}\n`);
    };
  return { debug: at('DEBUG'), info: at('INFO'), warn: at('WARN'), error: at('ERROR') };
};
