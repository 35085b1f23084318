import { agents } from '#agents';
import { declaredSecrets } from '../lib/agent/define/declared-secrets.ts';
import type { Agent } from '../lib/agent/define/define-agent.ts';
import { needsApproval } from '../lib/agent/define/needs-approval.ts';
import { allow, type Template } from './compiled-template.ts';

interface Osls {
  readonly service: { readonly provider: { readonly compiledCloudFormationTemplate: Template } };
}

/** `shop-api` as a logical id. */
const logicalId = (name: string): string =>
  `ToolSecret${name.replaceAll(/(?:^|-)([a-z0-9])/g, (_, first: string) => first.toUpperCase())}`;

/** Of the functions that run agents, each with those that it runs: no synchronous run can wait for a person. */
const RUNS: Readonly<Record<string, (agent: Agent) => boolean>> = {
  RunAgentRole: (agent) => !needsApproval(agent),
  ExecuteRunRole: () => true,
};

/** What tells whether each of them has a value, and may read none. */
const LOOKS = 'ProbeDependenciesRole';

/**
 * Adds the secrets of tools to a stage: an empty secret for each, beside the provider's and under the same policies, and for
 * each function that runs agents one statement with exactly those of the agents that it runs. What probes the stage may see
 * whether they have values. Throws an Error where the template lacks one of them, and where two secrets would be one resource.
 */
export const declareToolSecrets = ({ Resources }: Template, all: readonly Agent[]): void => {
  const secrets = declaredSecrets(all);
  if (secrets.size === 0) return;
  const missing = ['AnthropicSecret', LOOKS, ...Object.keys(RUNS)].filter((id) => !Object.hasOwn(Resources, id));
  const { AnthropicSecret: model } = Resources;
  if (model === undefined || missing.length > 0) throw new Error(`The template lacks ${missing.join(' and ')}.`);
  const { Name } = model.Properties as { Name: string };
  for (const [name, description] of secrets) {
    const id = logicalId(name);
    if (Object.hasOwn(Resources, id))
      throw new Error(`The secret ${name} of a tool is named too much like another one, as shop-2 is like shop2.`);
    Resources[id] = {
      ...model,
      Properties: { Name: Name.replace(/anthropic$/, `tools/${name}`), Description: description },
    };
  }
  for (const [id, runs] of Object.entries(RUNS)) {
    const role = Resources[id];
    const own = [...declaredSecrets(all.filter(runs)).keys()];
    if (role === undefined || own.length === 0) continue;
    allow(role, {
      Sid: 'ReadToolSecrets',
      Action: 'secretsmanager:GetSecretValue',
      Resource: own.map((name) => ({ Ref: logicalId(name) })),
    });
  }
  const probe = Resources[LOOKS];
  if (probe !== undefined)
    allow(probe, {
      Sid: 'SeeToolSecrets',
      Action: 'secretsmanager:DescribeSecret',
      Resource: [...secrets.keys()].map((name) => ({ Ref: logicalId(name) })),
    });
};

/** The plugin of osls that does so once its template is complete. */
export default class DeclareToolSecrets {
  readonly hooks: Record<string, () => void>;

  constructor(osls: Osls) {
    this.hooks = {
      'after:aws:package:finalize:mergeCustomProviderResources': () => {
        declareToolSecrets(osls.service.provider.compiledCloudFormationTemplate, agents);
      },
    };
  }
}
