import { allow, deny, ofType, type Resource, roleOf, type Template } from '../compiled-template.ts';
import type { StageOptions } from './stage-options.ts';

/** What Lambda does in the name of a function to attach it; on all resources, since IAM takes no others for what looks. */
const LOOK = ['ec2:DescribeNetworkInterfaces', 'ec2:DescribeSubnets'];
const ATTACH = [
  'ec2:AssignPrivateIpAddresses',
  'ec2:CreateNetworkInterface',
  'ec2:DeleteNetworkInterface',
  'ec2:UnassignPrivateIpAddresses',
];

/** Of the stage's region. Of any account, since another one may share its subnets, which its own policies say. */
const OF_REGION = { 'Fn::Sub': 'arn:${AWS::Partition}:ec2:${AWS::Region}:*:*/*' };

const arnOf = ({ Properties }: Resource) => ({
  'Fn::Sub': `arn:\${AWS::Partition}:lambda:\${AWS::Region}:\${AWS::AccountId}:function:${String(Properties['FunctionName'])}`,
});

/** Whether it is where its instances are, which another role attaches. */
const isOnInstances = ({ Properties }: Resource): boolean => Properties['CapacityProviderConfig'] !== undefined;

/** Puts all other functions into subnets of the operator's. Their own code may do none of what Lambda does for that. */
export const declareNetwork = (template: Template, { vpcSubnetIds, vpcSecurityGroupIds }: StageOptions): void => {
  if (vpcSubnetIds.length === 0) return;
  for (const [, one] of ofType(template, 'AWS::Lambda::Function')) {
    if (isOnInstances(one)) continue;
    one.Properties['VpcConfig'] = { SubnetIds: vpcSubnetIds, SecurityGroupIds: vpcSecurityGroupIds };
    const role = roleOf(template, one);
    allow(role, { Sid: 'FindNetwork', Action: LOOK, Resource: '*' });
    allow(role, { Sid: 'AttachToNetwork', Action: ATTACH, Resource: OF_REGION });
    deny(role, {
      Sid: 'NothingByItself',
      Action: 'ec2:*',
      Resource: '*',
      Condition: { ArnEquals: { 'lambda:SourceFunctionArn': arnOf(one) } },
    });
  }
};
