import { ofType, type Template } from '../../compiled-template.ts';
import { fail, type Finding, ok, warn } from '../finding.ts';
import { awsCommand, type Deployment } from '../subject.ts';

/** Lambda lets nobody set aside more than what leaves so many for all other functions. */
const UNRESERVED = 100;

/**
 * Below these a stage does not work, or works only while few call. A judgement: five functions are called each minute, and
 * each call that waits for a model holds an environment for seconds to minutes. New accounts have 10, and sometimes 50.
 */
const LEAST = 50;
const FEW = 200;

/** Concurrent executions, in Service Quotas. */
const QUOTA = 'L-B99A9384';
const USUAL = 1_000;

const raise = (deployment: Deployment): string[] => [
  awsCommand(
    deployment,
    ...['service-quotas', 'request-service-quota-increase', '--service-code', 'lambda'],
    ...['--quota-code', QUOTA, '--desired-value', String(USUAL)],
  ),
];

/** What a parameter of the template is by default: stages give their values so. */
const valueOf = (template: Template, value: unknown): unknown => {
  const { Parameters = {} } = template as { readonly Parameters?: Record<string, { readonly Default?: unknown }> };
  if (typeof value !== 'object' || value === null) return value;
  const { Ref, 'Fn::If': choice } = value as { readonly Ref?: string; readonly 'Fn::If'?: readonly unknown[] };
  // Of a choice, what is taken where the parameter is set; unset, it is no number.
  if (choice !== undefined) return valueOf(template, choice[1]);
  return Ref === undefined ? undefined : Parameters[Ref]?.Default;
};

/** What the functions of a stage set aside for themselves. */
const reservedIn = (template: Template): number =>
  ofType(template, 'AWS::Lambda::Function')
    .map(([, { Properties }]) => Number(valueOf(template, Properties['ReservedConcurrentExecutions'])))
    .reduce((sum, one) => sum + (Number.isFinite(one) ? one : 0), 0);

const thresholdIn = (template: Template): number | null => {
  const threshold = Number(template.Resources['ConcurrencyAlarm']?.Properties['Threshold']);
  return Number.isFinite(threshold) ? threshold : null;
};

/** Whether the functions of the stage can run at once as they have to. */
export const checkConcurrency = async (deployment: Deployment): Promise<Finding> => {
  const { account, template, stack, region } = deployment;
  const { concurrency, unreserved } = await account.lambdaLimits();
  const runs = `In ${region} this account runs ${concurrency} functions at once`;
  if (concurrency < LEAST)
    return fail(
      'concurrency',
      `${runs}, for all its stages: calls would be refused. Ask AWS for more, which takes hours to days.`,
      raise(deployment),
    );
  const reserved = reservedIn(template);
  // What a stage that is there has set aside is not known apart from what others have.
  const left = (stack === null ? unreserved : concurrency) - reserved;
  if (reserved > 0 && left < UNRESERVED)
    return fail(
      'concurrency',
      `${runs}. The stage sets ${reserved} aside, which leaves ${left}, and Lambda wants ${UNRESERVED} left for others: set aside less, or ask for more.`,
      raise(deployment),
    );
  const threshold = thresholdIn(template);
  if (threshold !== null && threshold >= concurrency)
    return warn(
      'concurrency',
      `${runs}, and the alarm concurrency is set to ${threshold}: lower its parameter concurrencyAlarmThreshold, or ask for more.`,
      raise(deployment),
    );
  if (concurrency < FEW)
    return warn('concurrency', `${runs}: enough to try it, and few for a public stage.`, raise(deployment));
  return ok('concurrency', `${concurrency} functions at once.`);
};

/** A deployment of Ballast publishes some 10 MB: so much room lasts for long enough to delete what is old. */
const FULL = 0.75;
const GB = 1e9;

/** Whether the versions of functions, which stay until somebody deletes them, leave room for another deployment's. */
export const checkCodeStorage = async ({ account, region }: Deployment): Promise<Finding> => {
  const { codeBytes, maxCodeBytes } = await account.lambdaLimits();
  const filled = `In ${region} the functions of this account fill ${(codeBytes / GB).toFixed(1)} of ${(maxCodeBytes / GB).toFixed(1)} GB`;
  if (maxCodeBytes === 0 || codeBytes < FULL * maxCodeBytes) return ok('code-storage', `${filled}.`);
  return warn('code-storage', `${filled} with their code and its versions: delete old ones.`, [
    'docs/rollback.md says which versions may go, and how.',
  ]);
};

/** Whether API Gateway may write its logs: without, a deployment with access logs fails. */
export const checkLogRole = async (deployment: Deployment): Promise<Finding> => {
  const { account, region } = deployment;
  const arn = await account.logRole();
  const command = awsCommand(
    deployment,
    ...['cloudformation', 'deploy', '--stack-name', 'ballast-account'],
    ...['--template-file', deployment.accountTemplate, '--capabilities', 'CAPABILITY_IAM'],
  );
  if (arn === null)
    return fail(
      'log-role',
      `In ${region} API Gateway has no role by which it writes logs: the stage could not be made.`,
      [command],
    );
  const name = arn.slice(arn.lastIndexOf('/') + 1);
  if (await account.hasRole(name)) return ok('log-role', `${name}.`);
  return fail('log-role', `API Gateway writes logs by the role ${name}, which is not there any more.`, [command]);
};
