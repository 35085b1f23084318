import { TABLE_NAMES } from '../dynamodb-names.ts';

/** What is in the secrets of the stage, by their logical ids. */
export const secretValues = (): Map<string, string> =>
  new Map([
    ['AnthropicSecret', '["sk-ant-one","sk-ant-two"]'],
    ['JwtSecret', 'a secret of the issuer that is long enough'],
    [
      'AlertsSecret',
      JSON.stringify({
        slackWebhookUrl: 'https://hooks.slack.com/services/x',
        webhookUrl: 'https://alerts.invalid/x',
        webhookSecret: 'a secret that is long enough',
      }),
    ],
    ['WebhookSecret', `whsec_${Buffer.alloc(32, 7).toString('base64')}`],
  ]);

/** The variables of a function that are not those of the template: who it is, and what lets it do all that it can. */
export const environment = (name: string): Record<string, string> => ({
  CONTROL_TABLE: TABLE_NAMES.ControlTable,
  LEDGER_TABLE: TABLE_NAMES.LedgerTable,
  RUNS_TABLE: TABLE_NAMES.RunsTable,
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: name,
  AWS_SECRET_ACCESS_KEY: 'local',
  EXECUTE_RUN_FUNCTION: 'ballast-local-execute-run:durable',
  JWT_ISSUER: 'issuer',
  JWT_AUDIENCE: 'ballast',
  AGENT_MODELS: '',
  WEBHOOK_HOSTS: 'hooks.invalid',
  RETRY_BASE_DELAY_MS: '1',
  RETRY_MAX_DELAY_MS: '1',
  CONTENT_RETENTION: 'run',
  LOG_LEVEL: 'DEBUG',
});
