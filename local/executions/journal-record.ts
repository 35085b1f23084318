import type { Ending } from './apply-checkpoint.ts';
import type { Operation } from './operation.ts';

/** What identifies an execution: its name is unique among those of its function. */
export interface ExecutionKey {
  readonly functionName: string;
  readonly name: string;
}

/** What an execution was started with. */
export interface Head extends ExecutionKey {
  /** Tells it from an earlier one of the same name. */
  readonly id: string;
  /** JSON, byte for byte as it came. */
  readonly input: string;
  /** Epoch milliseconds, as every instant of a journal. */
  readonly startedAt: number;
  readonly timeoutAt: number;
}

/** How and when it ended. */
export interface Ended {
  readonly ending: Ending;
  readonly endedAt: number;
}

/** One line of a journal. What a checkpoint changes is one line, so that it is there as a whole or not at all. */
export type JournalRecord =
  | { readonly kind: 'started'; readonly head: Head }
  | { readonly kind: 'changed'; readonly operations: readonly Operation[] }
  /** The handler has returned, and nothing is to be done until something changes. */
  | { readonly kind: 'suspended' }
  | ({ readonly kind: 'ended' } & Ended);

/** An execution as its journal tells it. */
export interface Recorded {
  readonly head: Head;
  /** In the order of their start. */
  readonly operations: Map<string, Operation>;
  readonly suspended: boolean;
  readonly ended: Ended | null;
}

/** Reads whole lines; `null` where there is none. Throws where one is no record. */
export const readJournal = (lines: string): Recorded | null => {
  const operations = new Map<string, Operation>();
  let head: Head | null = null;
  let suspended = false;
  let ended: Ended | null = null;
  for (const line of lines.split('\n')) {
    if (line === '') continue;
    const record = JSON.parse(line) as JournalRecord;
    suspended = record.kind === 'suspended';
    if (record.kind === 'started') head = record.head;
    if (record.kind === 'ended') ended = { ending: record.ending, endedAt: record.endedAt };
    if (record.kind === 'changed') for (const operation of record.operations) operations.set(operation.id, operation);
  }
  return head === null ? null : { head, operations, suspended, ended };
};
