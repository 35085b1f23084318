import { type Item, type Key, keyOf, n, optional, readNumber, readString, s } from '../dynamodb/attributes.ts';
import type { Table } from '../dynamodb/table.ts';
import { type Clock, epochSeconds } from '../kernel/clock.ts';
import { createDeadline } from '../kernel/deadline.ts';
import { digestOf, type Pseudonym } from '../kernel/ids/pseudonym.ts';
import { safe } from '../kernel/redacted.ts';
import { describeFailure } from '../telemetry/describe-error.ts';
import type { Emit } from '../telemetry/events.ts';

/** Where a run of an end user may leave something. */
export interface NotedRun {
  readonly tenantId: string;
  readonly runId: string;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  readonly sessionId?: string | undefined;
  /** Of its idempotency key, as it is stored. */
  readonly claimKey?: string | undefined;
  /** Of the cached answer that it may give. */
  readonly cacheKey?: string | undefined;
}

/** Notes a run before anything of it is written; `null`: it is nobody's. Takes a second at most, and never rejects. */
export type NoteRun = (run: NotedRun, user: Pseudonym | null) => Promise<void>;

/**
 * Which runs were begun for an end user. A run whose process is killed may leave a conversation, an answer or parts of them and
 * stand in no list of runs or sessions: an erasure finds that by its note.
 */
export interface RunNotes {
  /** One write. */
  note: NoteRun;
  /** Those that were created by an instant (epoch milliseconds), behind a run or from the first. */
  list(tenantId: string, user: Pseudonym, after: string | null, by: number): AsyncIterable<NotedRun>;
  /** One write, also where there is none. */
  remove(tenantId: string, user: Pseudonym, runId: string): Promise<void>;
}

export interface RunNotesOptions {
  readonly table: Pick<Table, 'put' | 'query' | 'remove'>;
  readonly clock: Clock;
  readonly emit: Emit;
  /** As long as anything that a run leaves. */
  readonly retentionMs: number;
}

/** Longest wait for a run to be noted: one whose note cannot be written goes on without it. */
const NOTE_MS = 1_000;

const partitionOf = (tenantId: string, user: Pseudonym): string => `user-runs#${tenantId}/${digestOf(user)}`;
const keyFor = (tenantId: string, user: Pseudonym, runId: string): Key => ({
  pk: partitionOf(tenantId, user),
  sk: runId,
});

const fromItem = (tenantId: string, item: Item): NotedRun => ({
  tenantId,
  runId: readString(item, 'sk'),
  createdAt: readNumber(item, 'createdAt'),
  sessionId: optional(item, 'sessionId', readString) ?? undefined,
  claimKey: optional(item, 'claimKey', readString) ?? undefined,
  cacheKey: optional(item, 'cacheKey', readString) ?? undefined,
});

export const createRunNotes = ({ table, clock, emit, retentionMs }: RunNotesOptions): RunNotes => ({
  async note({ tenantId, runId, createdAt, sessionId, claimKey, cacheKey }, user) {
    if (user === null) return;
    using limit = createDeadline(clock, NOTE_MS);
    const item: Item = {
      ...keyOf(keyFor(tenantId, user, runId)),
      ...(sessionId === undefined ? {} : { sessionId: s(sessionId) }),
      ...(claimKey === undefined ? {} : { claimKey: s(claimKey) }),
      ...(cacheKey === undefined ? {} : { cacheKey: s(cacheKey) }),
      createdAt: n(createdAt),
      expiresAt: n(epochSeconds(clock.now() + retentionMs)),
    };
    try {
      await table.put(item, { signal: limit.signal });
    } catch (error) {
      emit({ type: 'store.failed', operation: safe`user-runs.note`, ...describeFailure(error) });
    }
  },

  async *list(tenantId, user, after, by) {
    // Ids of runs have no `~`, and the one at the beginning is a part of the range.
    const keys = { from: after ?? ' ', to: '~' };
    for await (const item of table.query(partitionOf(tenantId, user), keys)) {
      if (readNumber(item, 'createdAt') > by || readString(item, 'sk') === after) continue;
      yield fromItem(tenantId, item);
    }
  },

  async remove(tenantId, user, runId) {
    await table.remove(keyFor(tenantId, user, runId), { has: ['pk'] });
  },
});
