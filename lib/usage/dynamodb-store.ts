import {
  flag,
  type Item,
  keyOf,
  n,
  optional,
  readBigInt,
  readFlag,
  readNumber,
  readString,
  s,
} from '../dynamodb/attributes.ts';
import type { Table } from '../dynamodb/table.ts';
import type { NewItems } from '../group-commit/new-items.ts';
import { pico } from '../kernel/money.ts';
import { hourOf } from './hour.ts';
import { ESTIMATES, type UsageLabels, type UsageRecord, type UsageStore } from './record.ts';

// One partition an hour and tenant: small enough to be read in one go, and a month's writes spread over 720 of them.
export const partitionKey = (tenantId: string, at: number): string => `usage#${tenantId}#${hourOf(at)}`;

/** Only what there is: most records have neither, and every byte of a write is paid. */
const labelItem = ({ sessionId, metadata }: UsageLabels): Item => ({
  ...(sessionId === null ? {} : { sessionId: s(sessionId) }),
  ...(Object.keys(metadata).length === 0 ? {} : { metadata: s(JSON.stringify(metadata)) }),
});

const labelsIn = (item: Item): Pick<UsageRecord, 'labels'> => {
  const sessionId = optional(item, 'sessionId', readString);
  const metadata = optional(item, 'metadata', readString);
  if (sessionId === null && metadata === null) return {};
  return { labels: { sessionId, metadata: JSON.parse(metadata ?? '{}') as UsageLabels['metadata'] } };
};

const toItem = (record: UsageRecord): Item => ({
  ...keyOf({ pk: partitionKey(record.tenantId, record.at), sk: record.attemptId }),
  runId: s(record.runId),
  tenantId: s(record.tenantId),
  keyId: s(record.keyId),
  ...(record.userId === null ? {} : { userId: s(record.userId) }),
  agent: s(record.agent),
  ...(record.labels === undefined ? {} : labelItem(record.labels)),
  model: s(record.model),
  at: n(record.at),
  answered: flag(record.answered),
  ...(record.estimated === null ? {} : { estimated: s(record.estimated) }),
  inputTokens: n(record.tokens.inputTokens),
  outputTokens: n(record.tokens.outputTokens),
  cacheReadInputTokens: n(record.tokens.cacheReadInputTokens),
  cacheWrite5mInputTokens: n(record.tokens.cacheWrite5mInputTokens),
  cacheWrite1hInputTokens: n(record.tokens.cacheWrite1hInputTokens),
  webSearchRequests: n(record.tokens.webSearchRequests),
  costPicoUsd: n(record.cost),
  ...(record.estimatedCost === undefined ? {} : { estimatedPicoUsd: n(record.estimatedCost) }),
});

const estimatedIn = (item: Item): Pick<UsageRecord, 'estimatedCost'> => {
  const estimatedCost = optional(item, 'estimatedPicoUsd', readBigInt);
  return estimatedCost === null ? {} : { estimatedCost: pico(estimatedCost) };
};

/** The record in an item of the ledger. */
export const recordIn = (item: Item): UsageRecord => ({
  attemptId: readString(item, 'sk'),
  runId: readString(item, 'runId'),
  tenantId: readString(item, 'tenantId'),
  keyId: readString(item, 'keyId'),
  userId: optional(item, 'userId', readString),
  agent: readString(item, 'agent'),
  model: readString(item, 'model'),
  at: readNumber(item, 'at'),
  answered: readFlag(item, 'answered'),
  estimated: ESTIMATES.find((estimate) => estimate === optional(item, 'estimated', readString)) ?? null,
  tokens: {
    inputTokens: readNumber(item, 'inputTokens'),
    outputTokens: readNumber(item, 'outputTokens'),
    cacheReadInputTokens: readNumber(item, 'cacheReadInputTokens'),
    cacheWrite5mInputTokens: readNumber(item, 'cacheWrite5mInputTokens'),
    cacheWrite1hInputTokens: readNumber(item, 'cacheWrite1hInputTokens'),
    // Records from before searches were booked have none.
    webSearchRequests: optional(item, 'webSearchRequests', readNumber) ?? 0,
  },
  cost: pico(readBigInt(item, 'costPicoUsd')),
  ...estimatedIn(item),
  ...labelsIn(item),
});

/** Below every id. */
const FIRST = ' ';

/** Records that are read at a time where only the newest are wanted. */
const PAGE = 200;

/** Usage records in the ledger table. */
export const createDynamoDbUsageStore = (table: Pick<Table, 'get' | 'query'> & NewItems): UsageStore => ({
  add: (record, patience) => table.putNew(toItem(record), { patience }),
  async find(tenantId, at, attemptId) {
    const item = await table.get({ pk: partitionKey(tenantId, at), sk: attemptId });
    return item === null ? null : recordIn(item);
  },
  async *inHour(tenantId, at, prefix = '') {
    for await (const item of table.query(partitionKey(tenantId, at), prefix)) yield recordIn(item);
  },
  async *downInHour(tenantId, at, below) {
    // The one at the end is a part of the range.
    const keys = below === null ? '' : { from: FIRST, to: below };
    const items = table.query(partitionKey(tenantId, at), keys, { descending: true, eventually: true, pageSize: PAGE });
    for await (const item of items) if (readString(item, 'sk') !== below) yield recordIn(item);
  },
});
