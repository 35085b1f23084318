import type { Targets } from '../alerts/targets/targets.ts';
import type { Finding, Probe } from './check.ts';
import { putCommand } from './secrets-probe.ts';

/** A stage that notifies nobody works well: it is said, and degrades nothing. */
const nobody = (stage: string): Finding => ({
  status: 'healthy',
  detail: `nobody is notified of alarms: no target is set (${putCommand('alerts', stage)})`,
});

/** Whether anybody is notified of alarms; degraded where it cannot be read who. */
export const notifiedProbe = (stage: string, targets: () => Promise<Targets>): Probe => ({
  async ask() {
    const isAnybody = Object.values(await targets()).some((target) => target !== null);
    return isAnybody ? { status: 'healthy' } : nobody(stage);
  },
  failed: { status: 'degraded', detail: 'the targets of alarms cannot be read' },
});
