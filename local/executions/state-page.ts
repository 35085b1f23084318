import { describeOperation, inIso, type WriteInstant } from './describe-operation.ts';
import type { Execution } from './execution.ts';
import { MAX_PAGE } from './limits.ts';
import { invalid } from './service-error.ts';
import { visibleOperations } from './visible-operations.ts';

export interface StatePage {
  readonly Operations: readonly Readonly<Record<string, unknown>>[];
  /** Where the next page begins. */
  readonly NextMarker: string | undefined;
}

export interface PageRequest {
  /** Of the page before; none for the first. */
  readonly marker: string | null;
  readonly maxItems: number;
}

/** A part of an execution's state: itself first, then what it has begun. Throws where the marker is none of ours. */
export const statePage = (
  { head, operations }: Pick<Execution, 'head' | 'operations'>,
  instant: WriteInstant,
  { marker, maxItems }: PageRequest,
): StatePage => {
  const from = marker === null ? 0 : Number(marker);
  if (!Number.isInteger(from) || from < 0) throw invalid('Invalid Marker.');
  const itself = {
    Id: head.id,
    Type: 'EXECUTION',
    Status: 'STARTED',
    StartTimestamp: instant(head.startedAt),
    ExecutionDetails: { InputPayload: head.input },
  };
  const visible = visibleOperations(operations());
  const end = from + Math.min(maxItems, MAX_PAGE);
  const described = visible.slice(Math.max(0, from - 1), end - 1).map((each) => describeOperation(each, instant));
  return {
    Operations: from === 0 ? [itself, ...described] : described,
    NextMarker: end <= visible.length ? String(end) : undefined,
  };
};

/** What an invocation is given of the state. */
export const firstPage = (execution: Pick<Execution, 'head' | 'operations'>): StatePage =>
  statePage(execution, inIso, { marker: null, maxItems: MAX_PAGE });
