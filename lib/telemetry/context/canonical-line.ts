import type { Redacted } from '../../kernel/redacted.ts';
import type { Log, LogFields } from '../log.ts';
import type { WorkContexts } from './work-context.ts';

/**
 * Writes the one line of a request or a run, at every level of the log but `ERROR`. Of those that went well, a stage may
 * keep a share; of one trace all lines are kept or none.
 */
export type WriteCanonical = (message: Redacted, fields: LogFields, wentWell: boolean) => void;

const HEX_DIGITS = 8;

/** Where a trace stands between 0 and 1; its id is random. */
const placeOf = (traceId: string): number => parseInt(traceId.slice(0, HEX_DIGITS), 16) / 16 ** HEX_DIGITS;

/** `log` writes at `INFO`. `share`: of the requests and runs that went well, from 0 to 1. */
export const canonicalLines =
  (log: Pick<Log, 'info'>, contexts: Pick<WorkContexts, 'current'>, share: number): WriteCanonical =>
  (message, fields, wentWell) => {
    const traceId = contexts.current()?.trace?.traceId;
    if (wentWell && share < 1 && (traceId === undefined || placeOf(traceId) >= share)) return;
    log.info(message, fields);
  };
