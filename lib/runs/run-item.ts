import { type Item, type Key, keyOf, n, optional, readNumber, readString, s } from '../dynamodb/attributes.ts';
import type { Index } from '../dynamodb/table.ts';
import type { EpochSeconds } from '../kernel/clock.ts';
import { type Pseudonym, pseudonymIn } from '../kernel/ids/pseudonym.ts';
import type { JsonObject } from '../kernel/json.ts';
import { partitionOf, type RunKey } from './run-key.ts';
import type { RunLinks, RunRow, RunStatus, RunSummary } from './types.ts';

/** What is large, and is of no use to a list. */
export type RunContent = Pick<RunRow, 'body' | 'steps' | 'omitted'>;

type RunHead = Omit<RunRow, keyof RunContent>;

export const headKey = (run: RunKey): Key => ({ pk: partitionOf(run), sk: 'run' });

/** Where a run stands among its tenant's runs: by its time, then by its id. */
export const listKeyOf = ({ createdAt, runId }: Pick<RunSummary, 'createdAt' | 'runId'>): string =>
  `${new Date(createdAt).toISOString()}#${runId}`;

/** What of the heads it holds stands in infra/tables.yml. */
export const BY_TENANT: Index = { name: 'byTenant', partitionKey: 'tenantId', sortKey: 'listKey' };

export const toHead = (row: RunHead, expiresAt: EpochSeconds): Item => ({
  ...keyOf(headKey(row)),
  runId: s(row.runId),
  tenantId: s(row.tenantId),
  listKey: s(listKeyOf(row)),
  mode: s(row.mode),
  status: s(row.status),
  agent: s(row.agent),
  ...(row.userId === null ? {} : { userId: s(row.userId) }),
  ...(row.sessionId === null ? {} : { sessionId: s(row.sessionId) }),
  createdAt: n(row.createdAt),
  updatedAt: n(row.updatedAt),
  traceId: s(row.traceId),
  ...(row.links?.claimKey === undefined ? {} : { claimKey: s(row.links.claimKey) }),
  ...(row.links?.cacheKey === undefined ? {} : { cacheKey: s(row.links.cacheKey) }),
  expiresAt: n(expiresAt),
});

const storedUser = (head: Item): Pseudonym | null => {
  const stored = optional(head, 'userId', readString);
  return stored === null ? null : pseudonymIn(stored);
};

/** A head's own, and an entry of the index. */
export const summaryOf = (head: Item): RunSummary => ({
  runId: readString(head, 'runId'),
  tenantId: readString(head, 'tenantId'),
  mode: readString(head, 'mode') === 'async' ? 'async' : 'sync',
  status: readString(head, 'status') as RunStatus,
  agent: readString(head, 'agent'),
  userId: storedUser(head),
  sessionId: optional(head, 'sessionId', readString),
  createdAt: readNumber(head, 'createdAt'),
  updatedAt: readNumber(head, 'updatedAt'),
});

/** Of a head. */
export const linksOf = (head: Item): RunLinks => ({
  claimKey: optional(head, 'claimKey', readString) ?? undefined,
  cacheKey: optional(head, 'cacheKey', readString) ?? undefined,
});

export const toRow = (head: Item, content: RunContent): RunRow => {
  const waiting = optional(head, 'waiting', readString);
  return {
    ...summaryOf(head),
    traceId: readString(head, 'traceId'),
    ...((head['claimKey'] ?? head['cacheKey']) ? { links: linksOf(head) } : {}),
    ...(waiting === null ? {} : { waiting: JSON.parse(waiting) as JsonObject }),
    ...content,
  };
};

/** Expired items are swept within days, not at once. */
export const isExpired = (head: Item, now: number): boolean => readNumber(head, 'expiresAt') * 1000 <= now;
