import type { Targets } from '../alerts/targets/targets.ts';
import type { Finding, Probe } from './check.ts';

/** A stage that notifies nobody works well: it is said, and degrades nothing. */
const NOBODY: Finding = { status: 'healthy', detail: 'nobody is notified of alarms: no target is set' };

/** Whether anybody is notified of alarms; degraded where it cannot be read who. */
export const notifiedProbe = (targets: () => Promise<Targets>): Probe => ({
  async ask() {
    const isAnybody = Object.values(await targets()).some((target) => target !== null);
    return isAnybody ? { status: 'healthy' } : NOBODY;
  },
  failed: { status: 'degraded', detail: 'the targets of alarms cannot be read' },
});
