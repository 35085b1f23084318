import { createHash } from 'node:crypto';
import {
  type Item,
  type Key,
  keyOf,
  n,
  optional,
  readBigInt,
  readNumber,
  readString,
  s,
} from '../dynamodb/attributes.ts';
import type { Index } from '../dynamodb/table.ts';
import { type EpochSeconds, epochSeconds } from '../kernel/clock.ts';
import { digestOf, type Pseudonym, pseudonymIn } from '../kernel/ids/pseudonym.ts';
import { pico } from '../kernel/money.ts';
import type { Holder, SessionHead, SessionKey, SessionUsage, WaitingRun } from './types.ts';

/** A key says nothing of whose it is. */
const ownerOf = ({ userId }: SessionKey): string => (userId === null ? '-' : digestOf(userId));

export const partitionOf = (key: SessionKey): string => `session#${key.tenantId}/${ownerOf(key)}/${key.sessionId}`;

export const headKey = (key: SessionKey): Key => ({ pk: partitionOf(key), sk: 'head' });
export const conversationKey = (key: SessionKey, runId: string): Key => ({ pk: partitionOf(key), sk: `c#${runId}` });
export const runKey = (key: SessionKey, runId: string): Key => ({ pk: partitionOf(key), sk: `r#${runId}` });

export const WAITING = 'w#';
export const waitingKey = (key: SessionKey, { createdAt, runId }: WaitingRun): Key => ({
  pk: partitionOf(key),
  sk: `w#${new Date(createdAt).toISOString()}#${runId}`,
});

/** Sessions share the index of runs, in partitions of their own; what it holds of an item stands in infra/tables.yml. */
export const BY_TENANT: Index = { name: 'byTenant', partitionKey: 'tenantId', sortKey: 'listKey' };
export const listPartition = (tenantId: string): string => `sessions#${tenantId}`;

const listKeyOf = (head: SessionHead): string => {
  const id = createHash('sha256').update(partitionOf(head)).digest('base64url');
  return `${new Date(head.updatedAt).toISOString()}#${id.slice(0, 22)}`;
};

const storedUser = (item: Item): Pseudonym | null => {
  const stored = optional(item, 'userId', readString);
  return stored === null ? null : pseudonymIn(stored);
};

const COUNTS = [
  'modelCalls',
  'toolCalls',
  'inputTokens',
  'outputTokens',
  'cacheReadInputTokens',
  'cacheCreationInputTokens',
] as const satisfies (keyof SessionUsage)[];

/** `usedUntil`: until when the conversation counts as there; `expiresAt`: of the item. */
export const toItem = (head: SessionHead, usedUntil: number, expiresAt: EpochSeconds): Item => ({
  ...keyOf(headKey(head)),
  ...(head.conversationOf === null
    ? {}
    : {
        tenantId: s(listPartition(head.tenantId)),
        listKey: s(listKeyOf(head)),
        conversationOf: s(head.conversationOf),
      }),
  sessionId: s(head.sessionId),
  ...(head.userId === null ? {} : { userId: s(head.userId) }),
  agent: s(head.agent),
  createdAt: n(head.createdAt),
  updatedAt: n(head.updatedAt),
  ...(head.holder === null ? {} : { holder: s(JSON.stringify(head.holder)) }),
  ...Object.fromEntries(COUNTS.map((name) => [name, n(head.usage[name])])),
  costPicoUsd: n(head.usage.cost),
  spentPicoUsd: n(head.spent),
  version: n(head.version),
  usedUntil: n(epochSeconds(usedUntil)),
  expiresAt: n(expiresAt),
});

/** What the index has of a head. */
export const summaryOf = (tenantId: string, item: Item) => ({
  tenantId,
  userId: storedUser(item),
  sessionId: readString(item, 'sessionId'),
  agent: readString(item, 'agent'),
  createdAt: readNumber(item, 'createdAt'),
  updatedAt: readNumber(item, 'updatedAt'),
});

const holderIn = (item: Item): Holder | null => {
  const holder = optional(item, 'holder', readString);
  return holder === null ? null : (JSON.parse(holder) as Holder);
};

const usageIn = (item: Item): SessionUsage => ({
  ...(Object.fromEntries(COUNTS.map((name) => [name, readNumber(item, name)])) as Record<
    (typeof COUNTS)[number],
    number
  >),
  cost: pico(readBigInt(item, 'costPicoUsd')),
});

export const NOTHING_USED: SessionUsage = {
  modelCalls: 0,
  toolCalls: 0,
  inputTokens: 0,
  outputTokens: 0,
  cacheReadInputTokens: 0,
  cacheCreationInputTokens: 0,
  cost: pico(0n),
};

/** Items are swept within days of their time: what has expired is read as it will be then, but for who holds it. */
export const fromItem = (key: SessionKey, item: Item, now: number): SessionHead => {
  const holder = holderIn(item);
  const isUsed = readNumber(item, 'usedUntil') * 1000 > now;
  return {
    ...summaryOf(key.tenantId, item),
    conversationOf: isUsed || holder !== null ? optional(item, 'conversationOf', readString) : null,
    holder,
    usage: isUsed ? usageIn(item) : NOTHING_USED,
    spent: pico(isUsed ? readBigInt(item, 'spentPicoUsd') : 0n),
    version: readNumber(item, 'version'),
  };
};
