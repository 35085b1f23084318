import { agents } from '#agents';
import type { Agent } from '../lib/agent/define/define-agent.ts';

interface Template {
  readonly Resources: Record<string, Resource>;
}

interface Resource {
  readonly Type: string;
  readonly [attribute: string]: unknown;
}

interface Osls {
  readonly service: { readonly provider: { readonly compiledCloudFormationTemplate: Template } };
}

interface Policy {
  readonly PolicyDocument: { readonly Statement: object[] };
}

/** `shop-api` as a logical id. */
const logicalId = (name: string): string =>
  `ToolSecret${name.replaceAll(/(?:^|-)([a-z0-9])/g, (_, first: string) => first.toUpperCase())}`;

/** Every secret that tools of these agents declare, with what it is. */
export const declaredSecrets = (all: readonly Agent[]): ReadonlyMap<string, string> =>
  new Map(
    all
      .flatMap(({ tools }) => [...tools.values()])
      .flatMap(({ secrets }) => Object.entries(secrets))
      .map(([name, { description }]) => [name, description]),
  );

/** Of the functions that run agents. */
const ROLES = ['RunAgentRole', 'ExecuteRunRole'];

/**
 * Adds the secrets of tools to a stage: an empty secret for each, beside the provider's and under the same policies, and
 * one statement with exactly these for each function that runs agents. Throws an Error where the template lacks one of them,
 * and where two secrets would be one resource.
 */
export const declareToolSecrets = ({ Resources }: Template, secrets: ReadonlyMap<string, string>): void => {
  if (secrets.size === 0) return;
  const missing = ['AnthropicSecret', ...ROLES].filter((id) => !Object.hasOwn(Resources, id));
  if (missing.length > 0) throw new Error(`The template lacks ${missing.join(' and ')}.`);
  const { AnthropicSecret: model } = Resources;
  const { Name } = model?.['Properties'] as { Name: string };
  for (const [name, description] of secrets) {
    const id = logicalId(name);
    if (Object.hasOwn(Resources, id))
      throw new Error(`The secret ${name} of a tool is named too much like another one, as shop-2 is like shop2.`);
    Resources[id] = {
      ...(model as Resource),
      Properties: { Name: Name.replace(/anthropic$/, `tools/${name}`), Description: description },
    };
  }
  for (const id of ROLES) {
    const { Policies } = Resources[id]?.['Properties'] as { Policies: [Policy] };
    Policies[0].PolicyDocument.Statement.push({
      Sid: 'ReadToolSecrets',
      Effect: 'Allow',
      Action: 'secretsmanager:GetSecretValue',
      Resource: [...secrets.keys()].map((name) => ({ Ref: logicalId(name) })),
    });
  }
};

/** The plugin of osls that does so once its template is complete. */
export default class DeclareToolSecrets {
  readonly hooks: Record<string, () => void>;

  constructor(osls: Osls) {
    this.hooks = {
      'after:aws:package:finalize:mergeCustomProviderResources': () => {
        declareToolSecrets(osls.service.provider.compiledCloudFormationTemplate, declaredSecrets(agents));
      },
    };
  }
}
