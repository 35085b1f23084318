import { nearestName } from '../../../kernel/nearest-name.ts';
import type { Hooks } from '../../../telemetry/hooks/hook-events.ts';
import type { Agent } from '../define-agent.ts';
import type { Tool } from '../define-tool.ts';
import { type Check, checking, DefinitionError, definitionError, isObject } from '../definition.ts';
import { deployedIssue } from '../endpoint.ts';
import { toolSchema } from '../json-schema.ts';
import { outputFormat } from '../output-schema.ts';
import { checkHooks } from './check-agent-options.ts';
import { checkDenyInput } from './check-deny-input.ts';
import { checkModels } from './check-models.ts';

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const checkInput = ({ name, input, definedAt }: Tool): void => {
  try {
    toolSchema(input);
  } catch (cause) {
    throw definitionError(definedAt, `${name}: of its input, ${reasonOf(cause)}`, cause);
  }
};

const checkEndpoints = ({ name, endpoints, definedAt }: Tool): void => {
  for (const [endpoint, of] of Object.entries(endpoints)) {
    const issue = deployedIssue(of);
    if (issue !== null) throw definitionError(definedAt, `${name}: the endpoint ${endpoint} ${issue}`);
  }
};

/**
 * Throws a DefinitionError that names the first tool whose input no model could be told of, the first option that a model
 * of its agent refuses, or the first output that no model could be held to; where they are to be deployed, the first endpoint that could not be reached there. For whoever
 * starts or builds a stage: a function would find out at its first model call only.
 */
export const checkAgents = (agents: readonly Agent[], isDeployed = false): void => {
  for (const agent of agents) {
    const { name, tools, output, denyInput, definedAt } = agent;
    for (const tool of tools.values()) {
      checkInput(tool);
      if (isDeployed) checkEndpoints(tool);
    }
    checkModels(checking(definedAt, name), agent);
    checkDenyInput(checking(definedAt, name), denyInput);
    try {
      if (output !== null) outputFormat(output);
    } catch (cause) {
      throw definitionError(definedAt, `${name}: of its output, ${reasonOf(cause)}`, cause);
    }
  }
};

/** What `agents/index.ts` exports. */
export interface AgentsIndex {
  readonly agents: readonly Agent[];
  /** Told what happens in the runs of every agent. Default: nothing is. */
  readonly on?: Hooks;
  /** Names of metrics that hooks give values to; each is paid for by the month. Default: none. */
  readonly metrics?: readonly string[];
  /** Asked each minute, by name, and told in `/health`; one that rejects makes the stage `degraded`. Default: none. */
  readonly healthChecks?: Readonly<Record<string, (context: { readonly signal: AbortSignal }) => unknown>>;
}

const EXPORTS = { agents: true, on: true, metrics: true, healthChecks: true } satisfies Record<keyof AgentsIndex, true>;
const METRIC = /^[A-Z][A-Za-z0-9]{0,63}$/;
const MOST_METRICS = 50;
const CHECK = /^[a-z][a-z0-9-]{0,31}$/;
const MOST_CHECKS = 10;
const OWN_CHECKS: ReadonlySet<string> = new Set(['circuits', 'claude', 'dynamodb', 'models', 'secrets']);

/** As `checkAgents`, for all that `agents/index.ts` exports. */
export const checkIndex = (index: AgentsIndex, isDeployed = false): void => {
  const check: Check = (holds, sentence) => {
    if (!holds) throw new DefinitionError(`agents/index.ts: ${sentence}`);
  };
  const { agents, on = {}, metrics = [], healthChecks = {} } = index;
  check(
    Array.isArray(agents) && agents.every((agent) => isObject(agent) && 'models' in agent),
    'agents is a list of what defineAgent has made.',
  );
  // Whatever else it exports is the user's own business, unless it looks like one of these.
  for (const name of Object.keys(index))
    if (!Object.hasOwn(EXPORTS, name)) {
      const meant = nearestName(name, Object.keys(EXPORTS));
      check(meant === null, `it exports ${name}. Did you mean ${meant}?`);
    }
  checkHooks(check, on);
  check(
    Array.isArray(metrics) && metrics.length <= MOST_METRICS && metrics.every((name) => METRIC.test(String(name))),
    `metrics is a list of at most ${MOST_METRICS} names, as ['OrdersFound'].`,
  );
  const checks = Object.entries<unknown>(healthChecks);
  check(
    checks.length <= MOST_CHECKS &&
      checks.every(([name, ask]) => CHECK.test(name) && !OWN_CHECKS.has(name) && typeof ask === 'function'),
    `healthChecks is an object of at most ${MOST_CHECKS} functions, as { 'shop-api': async ({ signal }) => … }; ${[...OWN_CHECKS].join(', ')} are Ballast's own.`,
  );
  check(agents.length > 0, 'agents is empty: name at least one agent in it.');
  checkAgents(agents, isDeployed);
};
