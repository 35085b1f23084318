import { ofType } from '../../compiled-template.ts';
import { fail, type Finding, ok, warn } from '../finding.ts';
import { awsCommand, type Deployment } from '../subject.ts';

/** Whether the policy of `permissionsBoundaryArn` is there: without it no role can be made. */
export const checkBoundary = async ({ template, account, region }: Deployment): Promise<Finding> => {
  const arn = ofType(template, 'AWS::IAM::Role')[0]?.[1].Properties['PermissionsBoundary'];
  if (typeof arn !== 'string') return ok('boundary', 'None is set.');
  if (await account.hasPolicy(arn)) return ok('boundary', `${arn}.`);
  return fail('boundary', `There is no policy ${arn}, which permissionsBoundaryArn names: no role could be made.`, [
    awsCommand({ region }, 'iam', 'list-policies', '--scope', 'Local'),
  ]);
};

/** What EC2 and WAF have is asked by the AWS CLI alone: the doctor has no client for them. */
const unseen = (check: 'network' | 'web-acl', says: string, todo: readonly string[]): Finding => ({
  ...warn(check, `${says} The doctor cannot ask whether that is there; if it is not, the deployment fails.`, todo),
  isUnseen: true,
});

interface VpcConfig {
  readonly SubnetIds: readonly string[];
  readonly SecurityGroupIds: readonly string[];
}

const isSame = (some: readonly string[], others: readonly string[]): boolean =>
  some.toSorted().join() === others.toSorted().join();

/** Whether the functions are in the network already. One that no deployment has used yet somebody has to look at. */
export const checkNetwork = async (deployment: Deployment): Promise<Finding> => {
  const { template, account, stack } = deployment;
  const [, one] =
    ofType(template, 'AWS::Lambda::Function').find(([, { Properties }]) => Properties['VpcConfig'] !== undefined) ?? [];
  if (one === undefined) return ok('network', 'None is set.');
  const { SubnetIds, SecurityGroupIds } = one.Properties['VpcConfig'] as VpcConfig;
  const found = stack === null ? null : await account.network(String(one.Properties['FunctionName']));
  if (found !== null && isSame(found.subnets, SubnetIds) && isSame(found.securityGroups, SecurityGroupIds))
    return ok('network', 'The functions run in it already.');
  return unseen('network', `The functions would move to ${[...SubnetIds, ...SecurityGroupIds].join(', ')}.`, [
    awsCommand(deployment, 'ec2', 'describe-subnets', '--subnet-ids', ...SubnetIds),
    awsCommand(deployment, 'ec2', 'describe-security-groups', '--group-ids', ...SecurityGroupIds),
  ]);
};

/** An ARN ends in `webacl/<name>/<id>`. */
const lookFor = (deployment: Deployment, arn: string): string => {
  const [, name = '', id = ''] = /\/webacl\/([^/]+)\/([^/]+)$/.exec(arn) ?? [];
  return awsCommand(deployment, 'wafv2', 'get-web-acl', '--scope', 'REGIONAL', '--name', name, '--id', id);
};

/** Whether the web ACL of `webAclArn` is before the stage already. One that no deployment has used yet somebody has to look at. */
export const checkWebAcl = async (deployment: Deployment): Promise<Finding> => {
  const { template, account, stack } = deployment;
  const arn = template.Resources['WebAclAssociation']?.Properties['WebACLArn'];
  if (typeof arn !== 'string') return ok('web-acl', 'None of yours is set.');
  const api = stack?.resources.find(({ logicalId }) => logicalId === 'ApiGatewayRestApi');
  const stage = String(template.Resources['ApiStage']?.Properties['StageName']);
  const found = api === undefined ? null : await account.webAcl(api.physicalId, stage);
  if (found === arn) return ok('web-acl', 'It is before the stage already.');
  return unseen('web-acl', `The deployment would put ${arn} before the stage.`, [lookFor(deployment, arn)]);
};
