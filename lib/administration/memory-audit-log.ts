import { writeCursor } from '../kernel/cursor.ts';
import type { AuditEntry, AuditLog } from '../tenants/types.ts';
import { positionAt, positionIn } from './audit-cursor.ts';

/** For tests, and for an environment without a table. */
export const createMemoryAuditLog = (): AuditLog => {
  const rows = new Map<string, AuditEntry>();
  return {
    async add(entry) {
      const sameInstant = [...rows.values()].filter(({ at }) => at === entry.at);
      if (sameInstant.some(({ entryId }) => entryId === entry.entryId)) return;
      rows.set(positionAt(entry.at, sameInstant.length), structuredClone(entry));
    },
    async list({ cursor, limit }) {
      const after = cursor === null ? null : positionIn(cursor);
      const positions = [...rows.keys()]
        .filter((position) => after === null || position < after)
        .sort()
        .reverse();
      const page = positions.slice(0, limit);
      const last = page.at(-1);
      return {
        entries: page.flatMap((position) => rows.get(position) ?? []),
        nextCursor: last === undefined || positions.length === page.length ? null : writeCursor(last),
      };
    },
  };
};
