import { type Announce, createAnnounce } from '../../durable-run/webhooks/announce.ts';
import { hostPatternsIn } from '../../kernel/forms/host-patterns.ts';
import { EVENTS_KEPT_MS } from '../../runs/ended/erase-content.ts';
import type { RunKey } from '../../runs/run-key.ts';
import type { SessionKey } from '../../sessions/types.ts';
import type { App } from '../app.ts';
import { type RunStarting, runStartingOf } from './run-starting.ts';
import { runStoresOf } from './run-stores.ts';

export interface DurableRuns extends RunStarting {
  /** A run has ended: whoever waits for its session or its slot may go on. */
  readonly left: (run: RunKey, session: SessionKey | null) => Promise<void>;
  readonly announce: Announce;
}

/** What starts asynchronous runs and looks after them, over an app's own stores and the wiring of its synchronous ones; no I/O happens here. */
export const durableRunsOf = (app: App): DurableRuns => {
  const { clock, config, core } = app;
  const { tenants } = core.stores;
  const { active, outbox, erasures } = runStoresOf(app);
  const starting = runStartingOf(app);
  const { runs, startRuns } = starting;

  const findTenant = (tenantId: string) => tenants.find(tenantId);

  const left: DurableRuns['left'] = async (run, session) => {
    // First: a run that is not active any more is looked after by nobody else.
    await erasures.add({ ...run, dueAt: clock.now() + EVENTS_KEPT_MS });
    await active.remove(run);
    const tenant = await findTenant(run.tenantId);
    if (tenant === null) return;
    if (session !== null) await startRuns.passOn(session, tenant);
    if (tenant.maxConcurrentRuns !== null) await startRuns.startWaiting(tenant);
  };
  const announce = createAnnounce({ runs, outbox, findTenant, hosts: hostPatternsIn(config.WEBHOOK_HOSTS) });
  return { ...starting, left, announce };
};
