import { TABLE_NAMES } from '../dynamodb-names.ts';
import { EVERYTHING } from '../template/stage-options.ts';
import type { Parameters } from './read-service.ts';

/** Nobody waits between two tries, and all that is said is logged. */
const QUICK: Parameters = { retryBaseDelayMs: 1, retryMaxDelayMs: 1, logLevel: 'DEBUG', agentModels: '' };

/** A stage of which nobody has set anything that brings a grant; its budget is one that all calls are held by. */
export const LITTLE_SET: Parameters = {
  ...QUICK,
  stageDailyBudgetUsd: '1000000',
  tenantDailyBudgetUsd: '1000',
  tenantMonthlyBudgetUsd: '10000',
};

/** A stage with all that there is to set and brings a grant. */
export const EVERYTHING_SET: Parameters = {
  ...QUICK,
  ...EVERYTHING,
  // The tables of the engine have no names of their own.
  ledgerTableName: '',
  runsTableName: '',
  otlpEndpoint: 'https://otlp.invalid',
  traceContent: 'redacted',
  alarmEmail: 'ops@example.com',
  alarms: 'all',
  dashboard: true,
  jwtIssuer: 'issuer',
  jwtAudience: 'ballast',
  webhookHosts: 'hooks.invalid',
  contentRetention: 'run',
};

/** What is in the secrets of the stage, by what the functions call them: their logical ids, and names where they are none's. */
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
    ['ballast/dev/otlp', 'authorization=Bearer%20abc'],
    ['ballast/dev/tools/shop', 'the key of the shop'],
    ['ballast/dev/tools/till', 'the key of the till'],
  ]);

/** The variables of a function that are not those of the template: who it is, and where things are. */
export const environment = (name: string): Record<string, string> => ({
  CONTROL_TABLE: TABLE_NAMES.ControlTable,
  LEDGER_TABLE: TABLE_NAMES.LedgerTable,
  RUNS_TABLE: TABLE_NAMES.RunsTable,
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: name,
  AWS_SECRET_ACCESS_KEY: 'local',
  EXECUTE_RUN_FUNCTION: 'ballast-local-execute-run:durable',
  // A call of a process that counts as killed ends with the stage: what gave up meanwhile would open circuits for the others.
  FIRST_TOKEN_TIMEOUT_MS: '900000',
  RUN_TIMEOUT_MS: '900000',
});
