import { createCachedSecret, type Secret } from '../secrets/cached-secret.ts';
import { checkedWebhookSecrets } from '../webhooks/signing-secrets.ts';
import type { App } from './app.ts';

/** The stage's secret for webhooks, which those of its tenants are derived from. */
export const signingSecretOf = ({ clock, config, core: { secrets } }: Pick<App, 'clock' | 'config' | 'core'>): Secret =>
  createCachedSecret({
    read: async () => checkedWebhookSecrets(await secrets.read(config.WEBHOOK_SECRET_ID)),
    clock,
  });
