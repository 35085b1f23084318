import type { NoteUser, UserNames, UserNamesOptions } from '../end-users/names.ts';
import type { NoteRun, RunNotes, RunNotesOptions } from '../end-users/run-notes.ts';
import { lazy } from '../kernel/caching/lazy.ts';
import type { RunSync } from '../run/sync-run.ts';
import type { Emit } from '../telemetry/events.ts';

export type OpenUserNames = (options: Pick<UserNamesOptions, 'emit'>) => Promise<UserNames>;
export type OpenRunNotes = (options: Pick<RunNotesOptions, 'emit'>) => Promise<RunNotes>;

interface EndUserStores {
  readonly openUserNames?: OpenUserNames;
  readonly openRunNotes?: OpenRunNotes;
}

/** Who end users are and what runs they began, opened with the first; where nothing opens it, nothing of them is noted. */
export const userNamesOf = ({ openUserNames, openRunNotes }: EndUserStores, emit: Emit) => {
  const opened = lazy(async () => openUserNames?.({ emit }));
  const openedNotes = lazy(async () => openRunNotes?.({ emit }));
  const noteUser: NoteUser = async (tenantId, userId) =>
    userId === null ? undefined : (await opened())?.note(tenantId, userId);
  const noteRun: NoteRun = async (run, user) => (user === null ? undefined : (await openedNotes())?.note(run, user));
  return {
    noteUser,
    noteRun,
    findUserNames: (async (...asked) => (await opened())?.find(...asked) ?? new Map()) satisfies UserNames['find'],
    /** Runs whose end users are noted beside them. */
    noting:
      (runSync: RunSync): RunSync =>
      (run) => {
        run.waitUntil?.(noteUser(run.principal.tenantId, run.request.userId ?? null));
        return runSync(run);
      },
  };
};
