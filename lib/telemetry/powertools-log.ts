import { Logger } from '@aws-lambda-powertools/logger';
import { type Log, LOG_LEVELS, type LogLevel } from './log.ts';

/** One JSON line per entry, as CloudWatch Logs Insights reads it. */
export const createPowertoolsLog = (level: LogLevel): Log => {
  const logger = new Logger({ serviceName: 'ballast', logLevel: level });
  const from = LOG_LEVELS.indexOf(level);
  // The logger takes the level that Lambda is given for the whole function in the place of its own.
  const isWritten = (of: LogLevel): boolean => LOG_LEVELS.indexOf(of) >= from;
  return {
    debug: (message, fields = {}) => isWritten('DEBUG') && logger.debug(message, fields),
    info: (message, fields = {}) => isWritten('INFO') && logger.info(message, fields),
    warn: (message, fields = {}) => isWritten('WARN') && logger.warn(message, fields),
    error: (message, fields = {}) => logger.error(message, fields),
  };
};
