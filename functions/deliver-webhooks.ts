import { app } from '../lib/app/app.ts';
import { webhooksOf } from '../lib/app/webhooks.ts';
import { endedExecution } from '../lib/durable-run/execution-status.ts';
import type { DeliverWebhooks } from '../lib/durable-run/webhooks/deliver-webhooks.ts';
import { observedEvent, type ObservedEventOptions } from '../lib/middleware/observed-event.ts';

type Parts = ObservedEventOptions & { readonly deliverWebhooks: DeliverWebhooks };

/** Each minute, and when a run has ended: sends what others have to be notified of, and tries again what was not taken. */
export const deliverWebhooks = (parts: Parts) =>
  observedEvent(parts, 'deliver-webhooks', (event) => parts.deliverWebhooks(endedExecution(event)));

export const handler = deliverWebhooks({ ...app, ...webhooksOf(app) });
