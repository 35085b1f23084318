import { beforeAll, describe, expect, it } from 'vitest';
import { declareOptions } from '../../scripts/declare-options.ts';
import { readStageOptions } from '../../scripts/stage/stage-options.ts';
import { packaged, packagedTemplate } from './packaged.ts';
import { DEFAULTS, only } from './stage-options.ts';
import { at, ofType, resource, type Template } from './template.ts';

const NETWORK = { vpcSubnetIds: 'subnet-0a1b2c3d', vpcSecurityGroupIds: 'sg-0a1b2c3d' };
const INSTANCES = { ...NETWORK, managedInstanceFunctions: 'messages, run-agent', managedInstanceMaxVcpus: 12 };

beforeAll(packaged);

const withInstances = async (set: Readonly<Record<string, unknown>> = INSTANCES): Promise<Template> => {
  const template = await packagedTemplate('dev');
  declareOptions(template as never, only(set));
  return template;
};

const functionsOf = (template: Template) =>
  Object.fromEntries(
    ofType(template, 'AWS::Lambda::Function').map(([, { Properties }]) => [
      String(Properties['FunctionName']).replace('ballast-dev-', ''),
      Properties,
    ]),
  );

describe('functions on instances that Lambda looks after', () => {
  it('are those that are named, eight requests at once for each vCPU, and the others are as they were', async () => {
    const plain = functionsOf(await withInstances(NETWORK));
    const { messages, 'run-agent': runs, ...others } = functionsOf(await withInstances());
    for (const each of [messages, runs]) {
      expect(at(each, 'CapacityProviderConfig', 'LambdaManagedInstancesCapacityProviderConfig')).toEqual({
        CapacityProviderArn: { 'Fn::GetAtt': ['CapacityProvider', 'Arn'] },
        PerExecutionEnvironmentMaxConcurrency: 8,
        ExecutionEnvironmentMemoryGiBPerVCpu: 2,
      });
      expect([each?.['MemorySize'], each?.['VpcConfig'], each?.['Timeout']]).toEqual([
        2_048,
        undefined,
        expect.any(Number),
      ]);
    }
    const { messages: _, 'run-agent': __, ...rest } = plain;
    expect(others).toEqual(rest);
  });

  it('are in the operator’s subnets, on machines of their architecture, and no more than a number of them', async () => {
    const template = await withInstances();
    expect(resource(template, 'CapacityProvider')).toMatchObject({
      Type: 'AWS::Lambda::CapacityProvider',
      Properties: {
        VpcConfig: { SubnetIds: ['subnet-0a1b2c3d'], SecurityGroupIds: ['sg-0a1b2c3d'] },
        InstanceRequirements: { Architectures: ['arm64'] },
        CapacityProviderScalingConfig: { MaxVCpuCount: 12 },
      },
    });
  });

  it('publish a version whose capacity is its own: another setting is another version', async () => {
    const versions = async (set: object) => {
      const template = await withInstances({ ...INSTANCES, ...set });
      return ofType(template, 'AWS::Lambda::Version').map(([id]) => id);
    };
    const [one, other] = [await versions({}), await versions({ managedInstanceFunctions: 'messages' })];
    expect(one.filter((id) => !other.includes(id))).toEqual([expect.stringMatching(/^RunDashagent/)]);
  });

  it.each([
    ['of another name', { managedInstanceFunctions: 'message' }, 'managedInstanceFunctions names message'],
    ['of asynchronous runs', { managedInstanceFunctions: 'execute-run' }, 'managedInstanceFunctions names execute-run'],
    ['with concurrency set aside', { functionConcurrency: 'messages=5' }, 'functionConcurrency names messages'],
  ])('stop the packaging where one is %s', async (_what, set, says) => {
    await expect(withInstances({ ...INSTANCES, ...set })).rejects.toThrow(says);
  });

  it.each([
    ['a network', { managedInstanceFunctions: 'messages', managedInstanceMaxVcpus: 12 }],
    ['a limit', { ...NETWORK, managedInstanceFunctions: 'messages' }],
    ['functions', { ...NETWORK, managedInstanceMaxVcpus: 12 }],
  ])('need %s', (_missing, set) => {
    expect(() => readStageOptions({ ...DEFAULTS, ...set })).toThrow('managedInstanceFunctions');
  });
});
