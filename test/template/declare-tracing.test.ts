import { expect, it } from 'vitest';
import type { Template } from '../../scripts/compiled-template.ts';
import { declareTracing } from '../../scripts/declare-tracing.ts';

const role = () => ({
  Type: 'AWS::IAM::Role',
  Properties: { Policies: [{ PolicyDocument: { Statement: [{ Sid: 'WriteOwnLog' }] } }] },
});
const functionOf = (id: string, endpoint: string) => ({
  Type: 'AWS::Lambda::Function',
  Properties: {
    Role: { 'Fn::GetAtt': [id, 'Arn'] },
    Environment: { Variables: { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint } },
  },
});
const template = (endpoint: string): Template => ({
  Resources: {
    AnthropicSecret: { Type: 'AWS::SecretsManager::Secret', Properties: { Name: 'ballast/dev/anthropic' } },
    RunAgentRole: role(),
    HealthRole: role(),
    OtherRole: role(),
    SweepRunsRole: role(),
    ProbeDependenciesRole: role(),
    RunAgentLambdaFunction: functionOf('RunAgentRole', endpoint),
    HealthLambdaFunction: functionOf('HealthRole', endpoint),
    AgainLambdaFunction: functionOf('HealthRole', endpoint),
    SweepDashrunsLambdaFunction: functionOf('SweepRunsRole', endpoint),
  },
});

it('gives a stage that sends traces a secret for the receiver, which the functions that work in a trace may read', () => {
  const made = template('https://otlp.example');
  declareTracing(made);
  const { OtlpSecret, RunAgentRole, HealthRole, OtherRole, SweepRunsRole } = made.Resources;
  expect(OtlpSecret).toMatchObject({ Type: 'AWS::SecretsManager::Secret', Properties: { Name: 'ballast/dev/otlp' } });
  for (const one of [RunAgentRole, HealthRole])
    expect(one?.Properties['Policies']).toEqual([
      {
        PolicyDocument: {
          Statement: [
            { Sid: 'WriteOwnLog' },
            {
              Sid: 'ReadOtlpSecret',
              Effect: 'Allow',
              Action: 'secretsmanager:GetSecretValue',
              Resource: { Ref: 'OtlpSecret' },
            },
          ],
        },
      },
    ]);
  for (const one of [OtherRole, SweepRunsRole]) expect(one).toEqual(role());
});

it('lets what probes the stage see whether the secret is there', () => {
  const made = template('https://otlp.example');
  declareTracing(made);
  const [policy] = made.Resources['ProbeDependenciesRole']?.Properties['Policies'] as [
    { readonly PolicyDocument: { readonly Statement: readonly unknown[] } },
  ];
  expect(policy.PolicyDocument.Statement.slice(1)).toEqual([
    {
      Sid: 'SeeOtlpSecret',
      Effect: 'Allow',
      Action: 'secretsmanager:DescribeSecret',
      Resource: { Ref: 'OtlpSecret' },
    },
  ]);
});

it('changes nothing in a stage that sends none', () => {
  const made = template('');
  declareTracing(made);
  expect(made).toEqual(template(''));
});

it('grants nothing where the template is not the one it knows', () => {
  const { AnthropicSecret: _, ...rest } = template('https://otlp.example').Resources;
  expect(() => declareTracing({ Resources: rest })).toThrow('The template lacks AnthropicSecret.');
});
