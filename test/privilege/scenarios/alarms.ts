import { notification, snsEvent } from '../../alerts/sns.ts';
import type { Stage } from '../stage.ts';

/** Alarms that change their state: alone, again, in a storm, and where somebody cannot be told. */
export const alarms = async ({ send, clock, outside, advance }: Stage): Promise<void> => {
  const at = () => new Date(clock.now()).toISOString().replace('Z', '+0000');
  outside.isDown = true;
  await send('notify-alarm', snsEvent(notification({ at: at() }))).catch(() => undefined);
  outside.isDown = false;
  await send('notify-alarm', snsEvent(notification({ at: at() })));
  await send('notify-alarm', snsEvent(notification({ from: 'ALARM', to: 'OK', at: at() })));
  advance(600_000);
  await send('notify-alarm', { look: 'flapping' });
};
