import { bookedNameIn } from '../../kernel/ids/pseudonym.ts';
import type { UsageRecord } from '../record.ts';
import { dayOf, type Dimension, DIMENSIONS } from './dimensions.ts';

/** What the caller named a run's metadata by, as a dimension: `metadata.team`. */
export type MetadataDimension = `metadata.${string}`;

/** What a report over attempts can be grouped by, alone or by two at once. */
export type GroupBy = Dimension | 'month' | 'session' | MetadataDimension;

/** One or two dimensions. */
export type Grouping = readonly [GroupBy] | readonly [GroupBy, GroupBy];

/**
 * All that an hour's attempts have in common who share a cell: model, agent, key, user, session and metadata, as JSON.
 * Reports by labels and by two dimensions add cells up; the other reports have rollups of their own, which are smaller.
 */
export const cellOf = ({ model, agent, keyId, userId, labels }: UsageRecord): string => {
  const metadata = Object.entries(labels?.metadata ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([model, agent, keyId, userId ?? '', labels?.sessionId ?? '', metadata]);
};

type Cell = readonly [string, string, string, string, string, readonly (readonly [string, string])[]];

/** Whether a cell says more of this end user (as the books have them) than that: their own name, a session, metadata. */
export const isNamedCell = (text: string, name: string): boolean => {
  const [, , , user, session, metadata] = JSON.parse(text) as Cell;
  return user !== '' && bookedNameIn(user) === name && (user !== name || session !== '' || metadata.length > 0);
};

/** `2026-11` of `2026-11-20`. */
export const monthOfDay = (day: string): string => day.slice(0, 7);

export const METADATA = 'metadata.';

/** What a cell of the hour stands under; empty where it has none of this dimension. */
const valueIn = ([model, agent, key, user, session, metadata]: Cell, hour: number, by: GroupBy): string => {
  if (by === 'day') return dayOf(hour);
  if (by === 'month') return monthOfDay(dayOf(hour));
  const values: Readonly<Partial<Record<GroupBy, string>>> = { model, agent, key, user, session };
  return values[by] ?? metadata.find(([name]) => name === by.slice(METADATA.length))?.[1] ?? '';
};

/** The group that a cell of the hour adds to: its value, or for two dimensions a JSON list of both. */
export const groupOfCell = (grouping: Grouping): ((cell: string, hour: number) => string) => {
  const [first, second] = grouping;
  return (text, hour) => {
    const cell = JSON.parse(text) as Cell;
    const value = valueIn(cell, hour, first);
    return second === undefined ? value : JSON.stringify([value, valueIn(cell, hour, second)]);
  };
};

/** The rollups that hold these groups already; a month's days are regrouped. `null`: only cells do. */
export const ownDimension = ([first, second]: Grouping): Dimension | null => {
  if (second !== undefined) return null;
  return first === 'month' ? 'day' : (DIMENSIONS.find((dimension) => dimension === first) ?? null);
};
