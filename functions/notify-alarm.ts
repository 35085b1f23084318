import { app, type App } from '../lib/app.ts';
import { observedEvent, type ObservedEventOptions } from '../lib/middleware/observed-event.ts';

type Parts = ObservedEventOptions & Pick<App, 'notifyAlarm'>;

/** On the topic of the alarms: tells Slack and a signed webhook of each transition, once. */
export const notifyAlarm = (parts: Parts) => observedEvent(parts, 'notify-alarm', (event) => parts.notifyAlarm(event));

export const handler = notifyAlarm(app);
