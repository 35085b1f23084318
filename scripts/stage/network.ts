import { allow, functionRoles, ofType, type Template } from '../compiled-template.ts';
import type { StageOptions } from './stage-options.ts';

/** What Lambda does in the name of a function to attach it; IAM takes no narrower resource for it. */
const ATTACH = [
  'ec2:AssignPrivateIpAddresses',
  'ec2:CreateNetworkInterface',
  'ec2:DeleteNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSubnets',
  'ec2:UnassignPrivateIpAddresses',
];

/** Puts all functions into subnets of the operator's. */
export const declareNetwork = (template: Template, { vpcSubnetIds, vpcSecurityGroupIds }: StageOptions): void => {
  if (vpcSubnetIds.length === 0) return;
  for (const [, { Properties }] of ofType(template, 'AWS::Lambda::Function'))
    Properties['VpcConfig'] = { SubnetIds: vpcSubnetIds, SecurityGroupIds: vpcSecurityGroupIds };
  for (const [, role] of functionRoles(template))
    allow(role, { Sid: 'AttachToNetwork', Action: ATTACH, Resource: '*' });
};
