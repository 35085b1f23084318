import { projectIn } from '../../stage/project.ts';
import type { Stack } from '../aws/account.ts';
import { fail, type Finding, ok, warn } from '../finding.ts';
import { awsCommand, type Deployment } from '../subject.ts';

type Commands = (deployment: Deployment, stack: Stack) => string[];

const wait = (deployment: Deployment, { name }: Stack, what: string): string =>
  awsCommand(deployment, 'cloudformation', 'wait', what, '--stack-name', name);

/** Takes away what is left of a stack that never was. */
const remove: Commands = (deployment, stack) => {
  const { name, isProtected, resources } = stack;
  const on = (command: string, ...words: readonly string[]) =>
    awsCommand(deployment, 'cloudformation', command, '--stack-name', name, ...words);
  // A bucket that is not empty is not deleted, and the stack with it.
  const buckets = resources.filter(({ type, status }) => type === 'AWS::S3::Bucket' && status !== 'DELETE_COMPLETE');
  return [
    ...(isProtected ? [on('update-termination-protection', '--no-enable-termination-protection')] : []),
    ...buckets.map(({ physicalId }) => awsCommand(deployment, 's3', 'rm', `s3://${physicalId}`, '--recursive')),
    on('delete-stack'),
    wait(deployment, stack, 'stack-delete-complete'),
  ];
};

const goBack: Commands = (deployment, stack) => [
  awsCommand(deployment, 'cloudformation', 'continue-update-rollback', '--stack-name', stack.name),
  wait(deployment, stack, 'stack-rollback-complete'),
];

const rollBack: Commands = (deployment, stack) => [
  awsCommand(deployment, 'cloudformation', 'rollback-stack', '--stack-name', stack.name),
  wait(deployment, stack, 'stack-rollback-complete'),
];

interface Hurdle {
  readonly means: string;
  readonly todo: Commands;
}

const NEVER_MADE = 'Its first deployment failed, and such a stack takes no other: delete what is left of it';

/** What CloudFormation does not deploy to, and what makes it do so again. */
const HURDLES: Readonly<Record<string, Hurdle>> = {
  ROLLBACK_COMPLETE: { means: NEVER_MADE, todo: remove },
  ROLLBACK_FAILED: { means: NEVER_MADE, todo: remove },
  CREATE_FAILED: { means: NEVER_MADE, todo: remove },
  REVIEW_IN_PROGRESS: {
    means: 'A change set was made for it and never executed: unless somebody deploys just now, delete it',
    todo: remove,
  },
  DELETE_FAILED: { means: 'Its deletion failed half-way: end it', todo: remove },
  UPDATE_ROLLBACK_FAILED: {
    means: 'An update failed, and so did the way back: mend what is named below, then go on with it',
    todo: goBack,
  },
  UPDATE_FAILED: { means: 'An update failed and was left as it was: take it back', todo: rollBack },
};

/** By what a stack under way is waited for. */
const WAITS: readonly (readonly [RegExp, string])[] = [
  [/^DELETE_/, 'stack-delete-complete'],
  [/ROLLBACK_/, 'stack-rollback-complete'],
  [/^UPDATE_/, 'stack-update-complete'],
  [/^IMPORT_/, 'stack-import-complete'],
  [/./, 'stack-create-complete'],
];

const GOOD = /^(?:CREATE|UPDATE|IMPORT)_COMPLETE$|^IMPORT_ROLLBACK_COMPLETE$/;

const because = async (deployment: Deployment, { name }: Stack): Promise<string> => {
  const reason = await deployment.account.lastFailure(name).catch(() => null);
  return reason === null ? '' : ` It failed at ${reason.replace(/[.\s]*$/, '')}.`;
};

/** Two projects may have a stage of the same name, and one stack has room for one of them. */
const otherProject = ({ stack, template }: Deployment): string | null => {
  const own = projectIn(template);
  return own === null || stack?.project === own ? null : (stack?.project ?? null);
};

/** Whether CloudFormation takes a deployment of the stage as it is, and it is of the same project. */
export const checkStack = async (deployment: Deployment): Promise<Finding> => {
  const { stack, stage, region } = deployment;
  if (stack === null) return ok('stack', `ballast-${stage} is not in ${region} yet: the deployment makes it.`);
  const { name, status } = stack;
  const hurdle = HURDLES[status];
  if (hurdle !== undefined) {
    const says = `${name} is ${status}. ${hurdle.means}.${await because(deployment, stack)}`;
    return fail('stack', says, hurdle.todo(deployment, stack));
  }
  if (status.endsWith('_IN_PROGRESS')) {
    const [, what = ''] = WAITS.find(([fits]) => fits.test(status)) ?? [];
    return fail('stack', `${name} is ${status}: somebody deploys just now.`, [wait(deployment, stack, what)]);
  }
  const other = otherProject(deployment);
  if (other !== null)
    return fail(
      'stack',
      `${name} was deployed from the project ${other}, and this is ${String(projectIn(deployment.template))}, which would ` +
        'replace its agents. Name another stage or account, or say `--allow stack` if that is meant.',
    );
  if (status === 'UPDATE_ROLLBACK_COMPLETE')
    return warn(
      'stack',
      `${name} can be deployed to; its last update was taken back.${await because(deployment, stack)}`,
    );
  return GOOD.test(status) ? ok('stack', `${name} is ${status}.`) : warn('stack', `${name} is ${status}.`);
};
