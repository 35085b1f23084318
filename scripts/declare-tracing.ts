import { allow, ofType, roleIdOf, type Template, variablesOf } from './compiled-template.ts';

interface Osls {
  readonly service: { readonly provider: { readonly compiledCloudFormationTemplate: Template } };
}

const SECRET = 'OtlpSecret';
const ENDPOINT = 'OTEL_EXPORTER_OTLP_ENDPOINT';

/** Of the functions that are called by an event or a schedule: none of them works in a trace, so that they send no spans. */
const UNTRACED: ReadonlySet<string> = new Set([
  'DeliverWebhooksRole',
  'NotifyAlarmRole',
  'ProbeDependenciesRole',
  'ProjectRunStatusRole',
  'ReconcileBudgetsRole',
  'SweepRunsRole',
]);

/** What tells whether the secret is there. */
const LOOKS = 'ProbeDependenciesRole';

/**
 * Gives a stage that sends its traces somewhere the secret with the headers of the receiver, empty at first, and lets each
 * function that works in a trace read it, and what probes the stage see whether it is there. A stage that sends none has no such secret, which would cost money. Throws an Error
 * where the template is not the one it knows.
 */
export const declareTracing = ({ Resources }: Template): void => {
  const functions = ofType({ Resources }, 'AWS::Lambda::Function').map(([, one]) => one);
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
  const roleOf = (id: string) => {
    const role = Resources[id];
    if (role === undefined) throw new Error(`The template lacks ${id}.`);
    return role;
  };
  const Resource = { Ref: SECRET };
  for (const id of new Set(sending.map(roleIdOf).filter((role) => !UNTRACED.has(role))))
    allow(roleOf(id), { Sid: 'ReadOtlpSecret', Action: 'secretsmanager:GetSecretValue', Resource });
  allow(roleOf(LOOKS), { Sid: 'SeeOtlpSecret', Action: 'secretsmanager:DescribeSecret', Resource });
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
