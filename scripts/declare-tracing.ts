import type { Resource, Template } from './compiled-template.ts';

interface Osls {
  readonly service: { readonly provider: { readonly compiledCloudFormationTemplate: Template } };
}

interface Policy {
  readonly PolicyDocument: { readonly Statement: object[] };
}

const SECRET = 'OtlpSecret';
const ENDPOINT = 'OTEL_EXPORTER_OTLP_ENDPOINT';

const variablesOf = ({ Properties }: Resource): Record<string, unknown> =>
  (Properties['Environment'] as { Variables?: Record<string, unknown> } | undefined)?.Variables ?? {};

/** The logical id of a function's role. */
const roleOf = ({ Properties }: Resource): string =>
  (Properties['Role'] as { 'Fn::GetAtt': [string] })['Fn::GetAtt'][0];

/**
 * Gives a stage that sends its traces somewhere the secret with the headers of the receiver, empty at first, and lets each
 * function read it. A stage that sends none has no such secret, which would cost money. Throws an Error where the template is
 * not the one it knows.
 */
export const declareTracing = ({ Resources }: Template): void => {
  const functions = Object.values(Resources).filter(({ Type }) => Type === 'AWS::Lambda::Function');
  const sending = functions.filter((one) => (variablesOf(one)[ENDPOINT] ?? '') !== '');
  if (sending.length === 0) return;
  const { AnthropicSecret: model } = Resources;
  if (model === undefined) throw new Error('The template lacks AnthropicSecret.');
  const { Name } = model.Properties as { Name: string };
  Resources[SECRET] = {
    ...model,
    Properties: {
      Name: Name.replace(/anthropic$/, 'otlp'),
      Description: 'Headers of requests to the receiver of traces, as name=value pairs separated by commas',
    },
  };
  for (const id of new Set(sending.map(roleOf))) {
    const { Policies } = Resources[id]?.Properties as { Policies: [Policy] };
    Policies[0].PolicyDocument.Statement.push({
      Sid: 'ReadOtlpSecret',
      Effect: 'Allow',
      Action: 'secretsmanager:GetSecretValue',
      Resource: { Ref: SECRET },
    });
  }
};

/** The plugin of osls that does so once its template is complete. */
export default class DeclareTracing {
  readonly hooks: Record<string, () => void>;

  constructor(osls: Osls) {
    this.hooks = {
      'after:aws:package:finalize:mergeCustomProviderResources': () => {
        declareTracing(osls.service.provider.compiledCloudFormationTemplate);
      },
    };
  }
}
