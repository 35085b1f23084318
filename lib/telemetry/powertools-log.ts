import { Logger } from '@aws-lambda-powertools/logger';
import type { Log, LogLevel } from './log.ts';

/** One JSON line per entry, as CloudWatch Logs Insights reads it. */
export const createPowertoolsLog = (level: LogLevel): Log => {
  const logger = new Logger({ serviceName: 'ballast', logLevel: level });
  return {
    debug: (message, fields = {}) => logger.debug(message, fields),
    info: (message, fields = {}) => logger.info(message, fields),
    warn: (message, fields = {}) => logger.warn(message, fields),
    error: (message, fields = {}) => logger.error(message, fields),
  };
};
