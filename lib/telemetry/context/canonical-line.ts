import type { Redacted } from '../../kernel/redacted.ts';
import type { Log, LogFields } from '../log.ts';
import type { WorkContexts } from './work-context.ts';

/**
 * Writes the one line of a request or a run, whatever the level of the log. Of those that went well, a stage may keep a share;
 * of one trace all lines are kept or none.
 */
export type WriteCanonical = (
  message: Redacted,
  fields: LogFields,
  wentWell: boolean,
  /** Of the line. Default: `info`. */
  level?: 'info' | 'warn' | 'error',
) => void;

const HEX_DIGITS = 8;

/** Where a trace stands between 0 and 1. The end of its id is random (W3C Trace Context 2); others begin it with the time, or with zeros. */
const placeOf = (traceId: string): number => parseInt(traceId.slice(-HEX_DIGITS), 16) / 16 ** HEX_DIGITS;

/**
 * `log` writes from `INFO` on. `share`: of the requests and runs that went well, from 0 to 1. `ofProcess`: what each line says of
 * the process, beside its own.
 */
export const canonicalLines =
  (
    log: Pick<Log, 'info' | 'warn' | 'error'>,
    contexts: Pick<WorkContexts, 'current'>,
    share: number,
    ofProcess: () => LogFields = () => ({}),
  ): WriteCanonical =>
  (message, fields, wentWell, level = 'info') => {
    const traceId = contexts.current()?.trace?.traceId;
    if (wentWell && share < 1 && (traceId === undefined || placeOf(traceId) >= share)) return;
    log[level](message, { ...fields, ...ofProcess() });
  };
