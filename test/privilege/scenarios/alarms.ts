import { type Change, notification, snsEvent } from '../../alerts/sns.ts';
import type { Stage } from '../stage.ts';

/** An alarm that no composite one tells too: those wait for it, two minutes by a real clock. */
const ALONE = 'ballast-dev-lambda-errors';
const CAUSE = 'ballast-dev-provider-down';
const CONSEQUENCE = 'ballast-dev-errors';

/** Alarms that change their state: alone, again, where somebody cannot be told, and as the consequence of another. */
export const alarms = async ({ send, clock, outside, advance }: Stage): Promise<void> => {
  const change = (name: string, states: Pick<Change, 'from' | 'to'> = {}) => {
    const at = new Date(clock.now()).toISOString().replace('Z', '+0000');
    return send('notify-alarm', snsEvent(notification({ name, at, ...states })));
  };
  const over = { from: 'ALARM', to: 'OK' } as const;
  outside.isDown = true;
  await change(ALONE).catch(() => undefined);
  outside.isDown = false;
  await change(ALONE);
  await change(ALONE, over);
  await change(CAUSE);
  await change(CONSEQUENCE);
  await change(CAUSE, over);
  advance(1_200_000);
  await send('notify-alarm', { look: 'flapping' });
};
