import type { Secret } from '../../secrets/loader.ts';
import { parseWebhookSecrets } from '../../webhooks/signing-secrets.ts';
import type { App } from '../app.ts';

/** The stage's secret for webhooks, which those of its tenants are derived from. */
export const signingSecretOf = ({ config, core: { secrets } }: Pick<App, 'config' | 'core'>): Secret =>
  secrets.open(config.WEBHOOK_SECRET_ID, { check: parseWebhookSecrets });
