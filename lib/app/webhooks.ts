import { lookup } from 'node:dns/promises';
import { createPost } from '../alerts/targets/post.ts';
import { createDeliverWebhooks, type DeliverWebhooks } from '../durable-run/webhooks/deliver-webhooks.ts';
import { createNotifySlack } from '../durable-run/webhooks/notify-slack.ts';
import { hostPatternsIn } from '../kernel/forms/host-patterns.ts';
import { createPostOnce } from '../webhooks/post-once.ts';
import { alertingOf } from './alerting.ts';
import type { App } from './app.ts';
import { runStoresOf } from './runs/run-stores.ts';
import { signingSecretOf } from './secrets/signing-secret.ts';

/** What sends webhooks, over an app's own stores; no I/O happens here. */
export const webhooksOf = (app: App): { readonly deliverWebhooks: DeliverWebhooks } => {
  const { clock, emit, config, runs } = app;
  const { random } = app.core;
  const signing = signingSecretOf(app);
  const alerting = alertingOf(app);
  return {
    deliverWebhooks: createDeliverWebhooks({
      clock,
      random,
      emit,
      runs,
      outbox: runStoresOf(app).outbox,
      post: createPostOnce({
        clock,
        lookup: (host) => lookup(host, { all: true, order: 'verbatim' }),
        hosts: hostPatternsIn(config.WEBHOOK_HOSTS),
      }),
      notifySlack: createNotifySlack({ clock, post: createPost(alerting), secret: alerting.secret }),
      secret: () => signing.get(),
    }),
  };
};
