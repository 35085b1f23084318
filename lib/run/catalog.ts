import type { Agent } from '../agent/define/define-agent.ts';
import { definitionError } from '../agent/define/definition.ts';
import { needsApproval } from '../agent/define/needs-approval.ts';
import type { Origins } from '../agent/tools/base-url.ts';
import { AppError } from '../kernel/errors.ts';
import { nearestName, withHint } from '../kernel/nearest-name.ts';
import { label, safe } from '../kernel/redacted.ts';
import type { AgentView, Reader } from './describe-agent.ts';
import type { RunRequest } from './run-request.ts';

export const DEFAULT_AGENT = 'assistant';

/** The agents of an environment, by name. */
export interface Catalog {
  /** Every model that an agent asks for or falls back to. */
  readonly models: readonly string[];
  /** The agent that a request asks for. Throws `invalid-request` at `agent`, or `run-conflict` where it needs approvals. */
  forSyncRun(request: Pick<RunRequest, 'agent'>): Agent;
  /** The agent of this name; `null`: there is none (any more). */
  lookUp(name: string): Agent | null;
  /** As `forSyncRun`, with agents that need approvals. */
  find(request: Pick<RunRequest, 'agent'>): Agent;
  /** What `GET /agents` shows to this reader. */
  describe(reader: Reader): Promise<readonly AgentView[]>;
}

/** The agent that a request names, or means by naming none. `undefined`: there is no such agent, or its session says which. */
export const askedAgent = (
  catalog: Pick<Catalog, 'lookUp'>,
  { agent, sessionId }: Pick<RunRequest, 'agent' | 'sessionId'>,
): string | undefined =>
  agent === undefined && sessionId !== undefined ? undefined : catalog.lookUp(agent ?? DEFAULT_AGENT)?.name;

/**
 * Throws a DefinitionError at start where two agents share a name, or an agent names a model without a price. `origins`: where tools
 * reach; default: as their endpoints are declared for a stage without a name of its own.
 */
export const createCatalog = (
  agents: readonly Agent[],
  isPriced: (model: string) => boolean,
  origins: Origins = { overrides: new Map(), stage: 'default' },
): Catalog => {
  const byName = new Map(agents.map((agent) => [agent.name, agent]));
  for (const { name, models, fallbackModels, definedAt } of agents) {
    const unpriced = [...Object.values(models), ...fallbackModels].find((model) => !isPriced(model));
    if (unpriced !== undefined)
      throw definitionError(
        definedAt,
        `${name}: ${unpriced} has no known price, so it is never called: name another model, or give its price in MODEL_PRICES.`,
      );
  }
  const twice = agents.find((agent) => byName.get(agent.name) !== agent);
  if (twice !== undefined)
    throw definitionError(twice.definedAt, `${twice.name}: another agent has the same name: rename one.`);
  const names = [...byName.keys()].map(label).reduce((all, name) => safe`${all}/${name}`);
  const find: Catalog['find'] = ({ agent: asked }) => {
    const found = byName.get(asked ?? DEFAULT_AGENT);
    if (found) return found;
    const nearest = asked === undefined ? null : nearestName(asked, byName.keys());
    const issues = [{ path: 'agent', message: withHint(safe`must be one of ${names}`, nearest) }];
    const detail =
      asked === undefined
        ? safe`The request names no agent, and there is no ${label(DEFAULT_AGENT)}.`
        : safe`There is no agent of this name.`;
    throw new AppError('invalid-request', detail, { issues });
  };
  return {
    models: agents.flatMap(({ models, fallbackModels }) => [...Object.values(models), ...fallbackModels]),
    lookUp: (name) => byName.get(name) ?? null,
    find,
    forSyncRun(request) {
      const found = find(request);
      if (needsApproval(found))
        throw new AppError(
          'run-conflict',
          safe`This agent has a tool that needs approval; start the run with POST /agent/runs.`,
        );
      return found;
    },
    async describe(reader) {
      const { describeAgent } = await import('./describe-agent.ts');
      return Promise.all(agents.map((agent) => describeAgent(agent, reader, origins)));
    },
  };
};
