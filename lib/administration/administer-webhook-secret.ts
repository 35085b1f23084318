import { AppError } from '../kernel/errors.ts';
import { safe } from '../kernel/redacted.ts';
import type { Actor } from '../tenants/types.ts';
import { parseWebhookSecrets } from '../webhooks/signing-secrets.ts';
import { tenantSecrets } from '../webhooks/tenant-secrets.ts';
import type { TenantAdministration } from './administer-tenants.ts';
import type { Note } from './audited.ts';

/** What a tenant's receivers verify webhooks with. */
export interface WebhookSecretView {
  readonly tenantId: string;
  readonly secret: string;
  /** Of the stage's secret before; `null`: none takes over from another. Messages are signed by both. */
  readonly previousSecret: string | null;
}

/** Throws `not-found`, also where the stage sends no webhooks, and `store-unavailable` where its secret cannot be read. */
export type ShowWebhookSecret = (tenantId: string, actor: Actor) => Promise<WebhookSecretView>;

export interface ShowWebhookSecretOptions {
  readonly tenants: Pick<TenantAdministration, 'find'>;
  /** Those of `WEBHOOK_HOSTS`: where there are none, the stage may not read the secret, which need not be there. */
  readonly webhookHosts: readonly string[];
  /** The stage's, as `parseWebhookSecrets` reads it. */
  readonly webhookSecret: () => Promise<string>;
  readonly note: Note;
}

const noWebhooks = () =>
  new AppError(
    'not-found',
    safe`This stage sends no webhooks: WEBHOOK_HOSTS (stage parameter webhookHosts) is not set.`,
  );

const noSecret = (cause: unknown) =>
  new AppError('store-unavailable', safe`The stage's secret for webhooks has no value yet, or cannot be read.`, {
    cause,
  });

/** Shows a tenant its secret. It changes nothing, but who has seen a secret is audited like a change. */
export const createShowWebhookSecret =
  ({ tenants, webhookHosts, webhookSecret, note }: ShowWebhookSecretOptions): ShowWebhookSecret =>
  async (tenantId, actor) => {
    await tenants.find(tenantId);
    if (webhookHosts.length === 0) throw noWebhooks();
    const stageSecrets = await webhookSecret()
      .then(parseWebhookSecrets)
      .catch((cause: unknown) => {
        throw noSecret(cause);
      });
    await note({ actor, action: 'webhook-secret.shown', target: tenantId, changes: {} });
    const [secret = '', previousSecret = null] = tenantSecrets(stageSecrets, tenantId);
    return { tenantId, secret, previousSecret };
  };
