import type { Log } from '../log.ts';
import { contextFields, type WorkContexts } from './work-context.ts';

/**
 * A log whose lines say which request, run and trace they belong to; what a line says itself comes first. It never throws: a
 * line that cannot be written is lost, and nothing else.
 */
export const contextualLog = (log: Log, contexts: Pick<WorkContexts, 'current'>): Log => {
  const scoped =
    (level: keyof Log): Log[keyof Log] =>
    (message, fields = {}) => {
      try {
        log[level](message, { ...contextFields(contexts.current()), ...fields });
      } catch {
        // Nobody is there to be told: it is the log itself.
      }
    };
  return { debug: scoped('debug'), info: scoped('info'), warn: scoped('warn'), error: scoped('error') };
};
