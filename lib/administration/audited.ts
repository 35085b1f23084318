import type { Clock } from '../kernel/clock.ts';
import type { Ids } from '../kernel/ids/ids.ts';
import type { AuditEntry, AuditLog } from '../tenants/types.ts';

export type Changes = AuditEntry['changes'];

/** Each named field that is not the same before and after; `null` before: there was nothing. */
export const changesBetween = <Fields extends object>(before: Fields | null, after: Fields): Changes =>
  Object.fromEntries(
    Object.entries(after).flatMap(([name, to]: [string, unknown]) => {
      const from: unknown = before === null ? null : ((before as Record<string, unknown>)[name] ?? null);
      return JSON.stringify(from) === JSON.stringify(to) ? [] : [[name, { from, to }]];
    }),
  );

/** Notes what is about to be changed; rejects where that cannot be noted, and then nothing may be changed. */
export type Note = (entry: Pick<AuditEntry, 'actor' | 'action' | 'target' | 'changes'>) => Promise<void>;

export interface NotingOptions {
  readonly audit: Pick<AuditLog, 'add'>;
  readonly clock: Clock;
  readonly ids: Pick<Ids, 'trace'>;
}

/**
 * Entries are written before their change: a change without an entry cannot be, an entry whose change then failed can.
 * The other order would lose the entry with the process that dies in between.
 */
export const noting =
  ({ audit, clock, ids }: NotingOptions): Note =>
  (entry) =>
    audit.add({ entryId: `aud_${ids.trace()}`, at: clock.now(), ...entry });
