import { type Item, type Key, keyOf, n, optional, readNumber, readString, s } from '../../dynamodb/attributes.ts';
import type { EpochSeconds } from '../../kernel/clock.ts';
import { partitionOf, type RunKey, shardOf } from '../run-key.ts';
import type { Delivery, DeliveryAttempt, DeliveryType, DueDelivery, NewDelivery } from './delivery.ts';

export const outboxShard = (runId: string): string => `outbox#${shardOf(runId)}`;

export const DELIVERY_PREFIX = 'webhook#';
export const deliveryKey = (run: RunKey, id: string): Key => ({ pk: partitionOf(run), sk: `${DELIVERY_PREFIX}${id}` });

/** Those that are due first come first: instants of 15 digits last for ten thousand years. */
export const dueText = (at: number): string => String(at).padStart(15, '0');

export const dueKey = ({ run, id, dueAt }: DueDelivery): Key => ({
  pk: outboxShard(run.runId),
  sk: `${dueText(dueAt)}#${partitionOf(run)}#${id}`,
});

export const dueItem = (due: DueDelivery, expiresAt: EpochSeconds): Item => ({
  ...keyOf(dueKey(due)),
  tenant: s(due.run.tenantId),
  run: s(due.run.runId),
  delivery: s(due.id),
  ...(due.host === '' ? {} : { host: s(due.host) }),
  dueAt: n(due.dueAt),
  expiresAt: n(expiresAt),
});

export const dueOf = (item: Item): DueDelivery => ({
  run: { tenantId: readString(item, 'tenant'), runId: readString(item, 'run') },
  id: readString(item, 'delivery'),
  host: optional(item, 'host', readString) ?? '',
  dueAt: readNumber(item, 'dueAt'),
});

export const newDeliveryItem = (
  run: RunKey,
  { id, type, url, createdAt }: NewDelivery,
  content: string | null,
  expiresAt: EpochSeconds,
): Item => ({
  ...keyOf(deliveryKey(run, id)),
  delivery: s(id),
  type: s(type),
  ...(url === null ? {} : { url: s(url) }),
  status: s('pending'),
  createdAt: n(createdAt),
  nextAt: n(createdAt),
  tries: n(0),
  attempts: s('[]'),
  ...(content === null ? {} : { content: s(content) }),
  expiresAt: n(expiresAt),
});

export const deliveryOf = (item: Item, content: unknown): Delivery => ({
  id: readString(item, 'delivery'),
  type: readString(item, 'type') as DeliveryType,
  url: optional(item, 'url', readString),
  status: readString(item, 'status') as Delivery['status'],
  createdAt: readNumber(item, 'createdAt'),
  tries: readNumber(item, 'tries'),
  attempts: JSON.parse(readString(item, 'attempts')) as DeliveryAttempt[],
  nextAt: optional(item, 'nextAt', readNumber),
  ...(content === undefined ? {} : { content }),
});
