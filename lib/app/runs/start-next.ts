import type { StartNext } from '../../run/sessions/pass-on.ts';
import type { App } from '../app.ts';

/** What starts runs that have waited for a session, loaded with the first that has. */
export const startNextOf = (app: App): { readonly startNext: StartNext } => ({
  async startNext(run, tenant) {
    const { durableRunsOf } = await import('./durable-runs.ts');
    await durableRunsOf(app).startRuns.startNext(run, tenant);
  },
});
