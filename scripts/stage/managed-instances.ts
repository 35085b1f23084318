import { functionName, ofType, type Resource, type Template } from '../compiled-template.ts';
import type { StageOptions } from './stage-options.ts';

/** Instances have two GB and a vCPU for an environment at least. */
const LEAST_MB = 2_048;

/**
 * As many as the client of Lambda has threads for a vCPU. It lets each thread stream one answer at a time, so that with more a
 * client would see nothing of its own until another's has ended (docs/adr/0050).
 */
const AT_ONCE = 8;

const PROVIDER = 'CapacityProvider';
const ROLE = 'CapacityProviderRole';

/** What may not be there: executions last longer than an instance does. */
const NEVER = 'execute-run';

/** `ballast-<stage>`, by one of its functions. */
const stackName = (one: Resource): string =>
  String(one.Properties['FunctionName']).slice(0, -functionName(one).length - 1);

/**
 * Runs functions on instances of EC2 that Lambda looks after, several requests in one environment. The instances are in the
 * operator's subnets, and the functions with them. Throws an Error where a name is no function of the stage, or cannot be there.
 */
export const declareManagedInstances = (template: Template, options: StageOptions): void => {
  const { managedInstanceFunctions: wanted, managedInstanceMaxVcpus, vpcSubnetIds, vpcSecurityGroupIds } = options;
  if (wanted.length === 0 || managedInstanceMaxVcpus === null) return;
  const functions = ofType(template, 'AWS::Lambda::Function').map(([, one]) => [functionName(one), one] as const);
  const found = wanted.map((name) => {
    const [, one] = functions.find(([each]) => each === name) ?? [];
    if (one === undefined || name === NEVER)
      throw new Error(`managedInstanceFunctions names ${name}, which is no function that can be there.`);
    if (one.Properties['ReservedConcurrentExecutions'] !== undefined)
      throw new Error(`functionConcurrency names ${name}, but instances have no concurrency of the account.`);
    return one;
  });
  template.Resources[ROLE] = {
    Type: 'AWS::IAM::Role',
    Properties: {
      AssumeRolePolicyDocument: {
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
      },
      ManagedPolicyArns: [{ 'Fn::Sub': 'arn:${AWS::Partition}:iam::aws:policy/AWSLambdaManagedEC2ResourceOperator' }],
    },
  };
  template.Resources[PROVIDER] = {
    Type: 'AWS::Lambda::CapacityProvider',
    Properties: {
      CapacityProviderName: found.map(stackName)[0],
      PermissionsConfig: { CapacityProviderOperatorRoleArn: { 'Fn::GetAtt': [ROLE, 'Arn'] } },
      VpcConfig: { SubnetIds: vpcSubnetIds, SecurityGroupIds: vpcSecurityGroupIds },
      InstanceRequirements: { Architectures: ['arm64'] },
      CapacityProviderScalingConfig: { ScalingMode: 'Auto', MaxVCpuCount: managedInstanceMaxVcpus },
    },
  };
  for (const { Properties } of found) {
    Properties['MemorySize'] = Math.max(Number(Properties['MemorySize']), LEAST_MB);
    Properties['CapacityProviderConfig'] = {
      LambdaManagedInstancesCapacityProviderConfig: {
        CapacityProviderArn: { 'Fn::GetAtt': [PROVIDER, 'Arn'] },
        PerExecutionEnvironmentMaxConcurrency: AT_ONCE,
        ExecutionEnvironmentMemoryGiBPerVCpu: 2,
      },
    };
  }
};
