import * as own from '#agents';
import type { AgentsIndex } from '../../agent/define/checks/check-agents.ts';
import type { Config } from '../../config.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Emit } from '../../telemetry/events.ts';
import { deliverHooks } from '../../telemetry/hooks/deliver-hooks.ts';
import type { Kept } from '../../telemetry/hooks/hook-set.ts';
import { createOwnMetrics } from '../../telemetry/metrics/own-metrics.ts';

const { agents, on = {}, metrics = [] }: AgentsIndex = own;

export interface OwnHooksParts {
  readonly config: Pick<Config, 'STAGE' | 'LOG_FORMAT'>;
  readonly clock: Clock;
  readonly emit: Emit;
  readonly write: (line: string) => void;
}

/** Tells the hooks of a deployment's user. For a terminal, whose reader wants no figures, metrics are only checked. */
export const ownHooks = ({ config, clock, emit, write }: OwnHooksParts) => {
  const { STAGE: stage, LOG_FORMAT } = config;
  const shown = LOG_FORMAT === 'pretty' ? () => undefined : write;
  const metric = createOwnMetrics({ names: metrics, stage, clock, write: shown });
  const ofAgents = new Map(agents.map((agent) => [agent.name, agent.on]));
  return (kept: readonly Kept[]) => deliverHooks({ ofAgents, ofApp: on, clock, emit, metric }, kept);
};
