import type { Harmless, Redacted } from '../kernel/redacted.ts';

/** By rising weight; a log writes what is at least as heavy as its own level. */
export const LOG_LEVELS = ['DEBUG', 'INFO', 'WARN', 'ERROR'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Fields of a log line: redacted by type, flat, so that a line can be searched and cannot leak. */
export type LogFields = Readonly<Record<string, Harmless | readonly Redacted[] | undefined>>;

/** The logging port. Messages are literals of the source (`safe`), fields are harmless values. */
export interface Log {
  debug(message: Redacted, fields?: LogFields): void;
  info(message: Redacted, fields?: LogFields): void;
  warn(message: Redacted, fields?: LogFields): void;
  error(message: Redacted, fields?: LogFields): void;
}
