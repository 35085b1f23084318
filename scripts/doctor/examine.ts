import { nameError } from '../../lib/telemetry/describe-error.ts';
import type { Template } from '../compiled-template.ts';
import type { SecretKind } from '../secret/secret-kind.ts';
import { type Account, isForbidden } from './aws/account.ts';
import { checkAlarmTarget } from './checks/alarm-target.ts';
import { compileAndCheck } from './checks/configuration.ts';
import { checkDomain, checkDomainHere, checkKey, checkKeyHere } from './checks/keys.ts';
import { checkLock, checkNode } from './checks/machine.ts';
import { checkBoundary, checkNetwork, checkWebAcl } from './checks/named-by-arn.ts';
import { checkAccount, checkRegion, identify, type Place } from './checks/place.ts';
import { checkCodeStorage, checkConcurrency, checkLogRole } from './checks/quotas.ts';
import { checkSecretValues } from './checks/secret-values.ts';
import { checkStack } from './checks/stack.ts';
import { checkBuckets, checkLogGroups, checkSecrets, checkTables } from './checks/taken.ts';
import { type Check, fail, type Finding, ok, warn } from './finding.ts';
import type { Deployment } from './subject.ts';

export interface Examination {
  readonly stage: string;
  readonly place: Place;
  /** Of the project that is deployed. */
  readonly directory: string;
  readonly nodeVersion: string;
  /** The template of a stage by its name. Throws an Error with what osls said. */
  readonly compile: (stage: string) => Template;
  /** `null`: AWS is not to be asked. */
  readonly account: Account | null;
  /** The account that is meant. */
  readonly meant: string | undefined;
  readonly kinds: readonly SecretKind[];
  readonly accountTemplate: string;
  /** Hears of the account as soon as it is known. */
  readonly onAccount?: (account: string) => void;
}

type Asked = (deployment: Deployment) => Promise<Finding>;

/** What asks AWS, in the order of the report, each with the actions that it takes. */
const ASKED: readonly (readonly [check: Check, ask: Asked, needs: string])[] = [
  ['concurrency', checkConcurrency, 'lambda:GetAccountSettings'],
  ['code-storage', checkCodeStorage, 'lambda:GetAccountSettings'],
  ['log-role', checkLogRole, 'apigateway:GET and iam:GetRole'],
  ['stack', checkStack, 'cloudformation:DescribeStacks'],
  ['tables', checkTables, 'dynamodb:DescribeTable'],
  ['secrets', checkSecrets, 'secretsmanager:DescribeSecret'],
  ['log-groups', checkLogGroups, 'logs:DescribeLogGroups'],
  ['buckets', checkBuckets, 's3:ListBucket'],
  ['domain', checkDomain, 'acm:DescribeCertificate and apigateway:GET'],
  ['kms-key', checkKey, 'kms:DescribeKey'],
  ['boundary', checkBoundary, 'iam:GetPolicy'],
  ['network', checkNetwork, 'lambda:GetFunctionConfiguration'],
  ['web-acl', checkWebAcl, 'apigateway:GET'],
  ['secret-values', checkSecretValues, 'secretsmanager:GetSecretValue'],
  ['alarm-target', checkAlarmTarget, 'secretsmanager:GetSecretValue and sns:GetTopicAttributes'],
];

/** What is found out by asking; that it may not be asked, or does not answer, is a finding too. */
const asked = async (check: Check, needs: string, ask: () => Promise<Finding>): Promise<Finding> => {
  try {
    return await ask();
  } catch (error) {
    if (isForbidden(error))
      return { ...warn(check, `These credentials may not look: it takes ${needs}.`), isUnseen: true };
    return fail(check, `AWS did not answer (${nameError(error)}): try it again.`);
  }
};

/** What of the checks that ask AWS can be seen without it. */
const withoutAws = ({ stage, place: { region } }: Examination, template: Template): Finding[] =>
  [checkDomainHere, checkKeyHere].flatMap((check) => check({ stage, region, template }) ?? []);

async function* askAll(examination: Examination, account: Account, template: Template): AsyncGenerator<Finding> {
  const { stage, place, kinds, accountTemplate } = examination;
  const known = { stage, region: place.region, template, account, kinds, accountTemplate };
  const stack = await account.stack(`ballast-${stage}`).catch((error: unknown) => error as Error);
  for (const [check, ask, needs] of ASKED)
    yield await asked(check, needs, async () => {
      // What belongs to the stack is in nobody's way, so that without it nothing can be said of names.
      if (stack instanceof Error) throw stack;
      return ask({ ...known, stack });
    });
}

/** Looks at the machine, the stage and the account before a deployment; changes nothing. One finding for each check, in the order of `CHECKS`. */
export async function* examine(examination: Examination): AsyncGenerator<Finding> {
  const { stage, place, directory, account, meant, compile } = examination;
  yield checkNode(examination.nodeVersion);
  yield checkLock(directory);
  yield checkRegion(place);
  const { identity, finding } =
    account === null
      ? { identity: null, finding: ok('identity', 'AWS is not asked.') }
      : await identify(account, place.region);
  if (identity !== null) examination.onAccount?.(identity.account);
  yield finding;
  const { template, findings } = compileAndCheck(stage, compile);
  if (template !== null && identity !== null) yield checkAccount({ stage, template }, identity.account, meant);
  yield* findings;
  if (template === null) return;
  if (account === null || identity === null) yield* withoutAws(examination, template);
  else yield* askAll(examination, account, template);
}

/** The findings, of which those that are required fail where nobody could look, or did not. */
export async function* insisting(
  findings: AsyncIterable<Finding>,
  required: ReadonlySet<Check>,
): AsyncGenerator<Finding> {
  const left = new Set(required);
  for await (const finding of findings) {
    left.delete(finding.check);
    yield finding.isUnseen && required.has(finding.check) ? { ...finding, verdict: 'fail' } : finding;
  }
  for (const check of left) yield fail(check, 'It was not looked at, and it is required.');
}
