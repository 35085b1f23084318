export interface Grant {
  readonly action: string;
  readonly on: string;
  /** Patterns of partition keys, where the keys of items bound the grant. */
  readonly keys?: readonly string[];
}

/** The function's own log. */
export const LOG = (logGroup: string): Grant[] => [
  { action: 'logs:CreateLogStream', on: logGroup },
  { action: 'logs:PutLogEvents', on: logGroup },
];
export const ANTHROPIC_KEY: Grant = { action: 'secretsmanager:GetSecretValue', on: 'AnthropicSecret' };

/** The same actions on the same keys of a table. */
export const each = (actions: readonly string[], on: string, ...keys: readonly string[]): Grant[] =>
  actions.map((action) => ({ action: `dynamodb:${action}`, on, keys }));

export const TOKENS: Grant = { action: 'secretsmanager:GetSecretValue', on: 'JwtSecret' };
export const KEY_USES = each(['PutItem'], 'ControlTable', 'key-use#*');
/** Keys and tokens of callers. */
export const CREDENTIALS: Grant[] = [...each(['GetItem'], 'LedgerTable', 'key#*', 'tenants'), ...KEY_USES, TOKENS];

export const ALERTS: Grant[] = [
  ...each(['PutItem', 'DeleteItem'], 'ControlTable', 'alert#*'),
  { action: 'secretsmanager:GetSecretValue', on: 'AlertsSecret' },
  { action: 'sns:Publish', on: 'NoticeTopic' },
];
