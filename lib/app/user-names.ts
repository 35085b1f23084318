import type { NoteUser, UserNames, UserNamesOptions } from '../end-users/names.ts';
import { lazy } from '../kernel/caching/lazy.ts';
import type { RunSync } from '../run/sync-run.ts';
import type { Emit } from '../telemetry/events.ts';

export type OpenUserNames = (options: Pick<UserNamesOptions, 'emit'>) => Promise<UserNames>;

/** Who end users are, opened with the first; where nothing opens it, nobody is noted and nobody is known. */
export const userNamesOf = (open: OpenUserNames | undefined, emit: Emit) => {
  const opened = lazy(async () => open?.({ emit }));
  const noteUser: NoteUser = async (tenantId, userId) =>
    userId === null ? undefined : (await opened())?.note(tenantId, userId);
  return {
    noteUser,
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
