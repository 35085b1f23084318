import { createEraseSession } from '../run/sessions/erase-session.ts';
import { createEraseRun } from '../runs/erase-run.ts';
import type { App } from './app.ts';

/** Sessions as they are shown and erased, over an app's own stores; no I/O happens here. */
export const sessionsOf = ({ clock, core: { stores, openSessions, findUserNames } }: App) => ({
  openSessions,
  findUserNames,
  eraseSession: createEraseSession({
    openSessions,
    clock,
    runs: stores.runs,
    eraseRun: createEraseRun(stores.runsTable),
    claims: stores.claims,
  }),
});
