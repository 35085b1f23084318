import { readTargets } from '../lib/alerts/targets/targets.ts';
import type { Environment } from '../lib/kernel/environment.ts';
import { StartRefused } from './start-refused.ts';

/** Fields of the secret that a deployment keeps in Secrets Manager, by the variable that stands in for each here. */
const VARIABLES = {
  BALLAST_SLACK_WEBHOOK_URL: 'slackWebhookUrl',
  BALLAST_ALARM_WEBHOOK_URL: 'webhookUrl',
  BALLAST_ALARM_WEBHOOK_SECRET: 'webhookSecret',
} as const;

/** The names of those variables, none of which a function may see. */
export const ALERTS_VARIABLES = Object.keys(VARIABLES);

/** The secret of the alerts as the environment describes it; `null` where nobody is to be told. Throws `StartRefused`, quoting no value. */
export const alertsSecretOf = (env: Environment): string | null => {
  const fields = Object.entries(VARIABLES).flatMap(([name, field]) => (env[name] ? [[field, env[name]]] : []));
  if (fields.length === 0) return null;
  const secret = JSON.stringify(Object.fromEntries(fields));
  try {
    readTargets(secret);
  } catch (cause) {
    throw new StartRefused(
      'BALLAST_SLACK_WEBHOOK_URL and BALLAST_ALARM_WEBHOOK_URL must be https URLs, or http ones of this machine, and ' +
        'BALLAST_ALARM_WEBHOOK_URL goes together with BALLAST_ALARM_WEBHOOK_SECRET of 16 to 512 characters, or two ' +
        'such secrets, as in {"current": "...", "previous": "..."}.',
      { cause },
    );
  }
  return secret;
};
