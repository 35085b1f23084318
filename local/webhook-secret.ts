import type { Environment } from '../lib/kernel/environment.ts';
import { parseWebhookSecrets } from '../lib/webhooks/signing-secrets.ts';
import { StartRefused } from './start-refused.ts';

/** What webhooks are signed with here where nobody says otherwise, as public as the development keys. */
export const DEV_WEBHOOK_SECRET = 'whsec_YmFsbGFzdC1kZXYtd2ViaG9vay1zZWNyZXQ=';

/** What a deployment keeps in its secret for webhooks, out of `BALLAST_WEBHOOK_SECRET`. Throws `StartRefused`, quoting no value. */
export const webhookSecretOf = (env: Environment): string => {
  const secret = env['BALLAST_WEBHOOK_SECRET'] || DEV_WEBHOOK_SECRET;
  try {
    parseWebhookSecrets(secret);
  } catch (cause) {
    throw new StartRefused(
      'BALLAST_WEBHOOK_SECRET must be whsec_ and base64 of 24 to 64 bytes, or two such secrets, as in ' +
        '{"current": "whsec_...", "previous": "whsec_..."}.',
      { cause },
    );
  }
  return secret;
};
