import type { NotifyAlarm } from '../lib/alerts/alerts.ts';
import { createNotifyAlarm } from '../lib/alerts/notify-alarm.ts';
import { alertingOf } from '../lib/app/alerting.ts';
import { app } from '../lib/app/app.ts';
import { observedEvent, type ObservedEventOptions } from '../lib/middleware/observed-event.ts';

type Parts = ObservedEventOptions & { readonly notifyAlarm: NotifyAlarm };

/** On the topic of the alarms: tells Slack and a signed webhook of each transition, once. */
export const notifyAlarm = (parts: Parts) => observedEvent(parts, 'notify-alarm', (event) => parts.notifyAlarm(event));

export const handler = notifyAlarm({
  ...app,
  notifyAlarm: createNotifyAlarm({ ...alertingOf(app), table: app.core.stores.control }),
});
