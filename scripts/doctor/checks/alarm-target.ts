import { readTargets } from '../../../lib/alerts/targets/targets.ts';
import { ofType } from '../../compiled-template.ts';
import { mailOf } from '../../declare-alarms.ts';
import { fail, type Finding, ok, warn } from '../finding.ts';
import { awsCommand, type Deployment, type Subject } from '../subject.ts';

/** Whether people depend on the stage: one whose tables are protected is meant to last. */
const isLasting = ({ template }: Subject): boolean =>
  ofType(template, 'AWS::DynamoDB::Table').some(
    ([, { Properties }]) => Properties['DeletionProtectionEnabled'] === true,
  );

const nobody = (subject: Subject, says: string, todo: readonly string[]): Finding =>
  (isLasting(subject) ? fail : warn)('alarm-target', says, todo);

const hasTargets = async ({ account, stage }: Deployment): Promise<boolean> => {
  const value = await account.secretValue(`ballast/${stage}/alerts`);
  if (value === null) return false;
  try {
    const { slack, webhook } = readTargets(value);
    return slack !== null || webhook !== null;
  } catch {
    // What is wrong with it is said of its value.
    return false;
  }
};

/** The topic whose addresses have to say yes to it, where the stage is there already. */
const noticeTopic = ({ stack }: Deployment): string | null =>
  stack?.resources.find(({ logicalId }) => logicalId === 'NoticeTopic')?.physicalId || null;

/** Whether anybody is notified of alarms; in a stage that is meant to last, somebody has to be. */
export const checkAlarmTarget = async (deployment: Deployment): Promise<Finding> => {
  const { template, stage, stack, region } = deployment;
  if (stack !== null && (await hasTargets(deployment)))
    return ok('alarm-target', `The secret ballast/${stage}/alerts names one.`);
  const address = mailOf(template);
  if (address === null)
    return nobody(deployment, 'Nobody is notified of alarms.', [
      `Set the parameter alarmEmail of ${stage}, and deploy.`,
      `npm run secret -- put alerts --stage ${stage} --region ${region}`,
    ]);
  const topic = noticeTopic(deployment);
  if (topic === null) return ok('alarm-target', `${address}, once the link in the mail of SNS was followed.`);
  if ((await deployment.account.confirmedSubscriptions(topic)) > 0) return ok('alarm-target', `${address}.`);
  return nobody(
    deployment,
    `${address} has not followed the link in the mail of SNS, so that nobody is notified of alarms.`,
    [
      awsCommand(
        deployment,
        'sns',
        'subscribe',
        '--topic-arn',
        topic,
        '--protocol',
        'email',
        '--notification-endpoint',
        address,
      ),
    ],
  );
};
