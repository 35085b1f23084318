import type { Targets } from '../alerts/targets/targets.ts';
import type { Finding, Probe } from './check.ts';
import { putCommand } from './secrets-probe.ts';

/** A stage that notifies nobody works well: it is said, and degrades nothing. */
const nobody = (stage: string): Finding => ({
  status: 'healthy',
  detail: `nobody is notified of alarms: no target is set (${putCommand('alerts', stage)})`,
});

/** SNS takes what nobody has confirmed to get, and asking whether somebody has would need one more right. */
const MAIL_ALONE: Finding = {
  status: 'healthy',
  detail: 'mail alone is notified of alarms, if the link in its first mail was followed',
};

/** Whether anybody is notified of alarms; degraded where it cannot be read who. */
export const notifiedProbe = (stage: string, targets: () => Promise<Targets>): Probe => ({
  async ask() {
    const { mail, ...others } = await targets();
    if (Object.values(others).some((target) => target !== null)) return { status: 'healthy' };
    return mail === null ? nobody(stage) : MAIL_ALONE;
  },
  failed: { status: 'degraded', detail: 'the targets of alarms cannot be read' },
});
