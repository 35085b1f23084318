/** How a check ends: as it should be, worth a look before the deployment, or in its way. */
export type Verdict = 'ok' | 'warn' | 'fail';

/** Each check in the order of the report, with what it looks at. */
export const CHECKS = {
  node: 'Node.js is of the version that the functions run on',
  lock: 'what is installed is what the lock says',
  region: 'the region is named, and no other setting means another one',
  identity: 'there are credentials, and AWS takes them',
  account: 'the account is the one of `--account`, and of each ARN in the parameters',
  configuration: 'the stage compiles with its parameters and agents, within the limits of CloudFormation',
  names: 'no name of a resource is too long with this stage',
  concurrency: 'enough functions may run at once in the account',
  'code-storage': 'versions of functions leave room for more in the account',
  'log-role': 'API Gateway has a role by which it writes logs',
  stack: 'the stack can be deployed to, whatever a first try left behind, and is of this project',
  tables: 'no other table has a name of the stage, and those of a restore are whole',
  secrets: 'no other secret has a name of the stage, and none waits for its deletion',
  'log-groups': 'no other log group has a name of the stage',
  buckets: 'no other bucket has a name of the stage, and that of its deployments is there',
  domain: 'no other API has the domain, and its certificate is issued, for it, in this region',
  'kms-key': 'the key is enabled, in this region, and encrypts',
  boundary: 'the policy that bounds all roles is there',
  network: 'the functions run in its subnets and security groups already; else somebody has to look',
  'web-acl': 'yours is before the stage already; else somebody has to look',
  'secret-values': 'each secret of a deployed stage has a value of its form',
  'alarm-target': 'somebody is notified of alarms',
} as const;

export type Check = keyof typeof CHECKS;

/** What one check found. */
export interface Finding {
  readonly check: Check;
  readonly verdict: Verdict;
  /** In one sentence, or a few. */
  readonly says: string;
  /** Commands that mend it, each to be run as it is; or sentences where no command does. */
  readonly todo: readonly string[];
  /** Nobody could look. */
  readonly isUnseen?: true;
}

export const ok = (check: Check, says: string): Finding => ({ check, verdict: 'ok', says, todo: [] });

export const warn = (check: Check, says: string, todo: readonly string[] = []): Finding => ({
  check,
  verdict: 'warn',
  says,
  todo,
});

export const fail = (check: Check, says: string, todo: readonly string[] = []): Finding => ({
  check,
  verdict: 'fail',
  says,
  todo,
});
