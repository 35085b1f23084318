import type { UsageRecord } from '../record.ts';

/** What attempts can be grouped by. */
export const DIMENSIONS = ['day', 'model', 'agent', 'key', 'user'] as const;
export type Dimension = (typeof DIMENSIONS)[number];

/** The UTC day of an instant as `2026-11-20`. */
export const dayOf = (epochMs: number): string => new Date(epochMs).toISOString().slice(0, 10);

/**
 * The group of a record. What was used for no end user stands under the empty key, which no user can have:
 * a `userId` has at least one character.
 */
export const groupOf: Readonly<Record<Dimension, (record: UsageRecord) => string>> = {
  day: ({ at }) => dayOf(at),
  model: ({ model }) => model,
  agent: ({ agent }) => agent,
  key: ({ keyId }) => keyId,
  user: ({ userId }) => userId ?? '',
};
