import type { Log } from '../log.ts';
import { contextFields, type WorkContexts } from './work-context.ts';

/** A log whose lines say which request, run and trace they belong to; what a line says itself comes first. */
export const contextualLog = (log: Log, contexts: Pick<WorkContexts, 'current'>): Log => {
  const scoped =
    (level: keyof Log): Log[keyof Log] =>
    (message, fields = {}) =>
      log[level](message, { ...contextFields(contexts.current()), ...fields });
  return { debug: scoped('debug'), info: scoped('info'), warn: scoped('warn'), error: scoped('error') };
};
