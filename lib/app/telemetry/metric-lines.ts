import { agents } from '#agents';
import type { Config } from '../../config.ts';
import { familyOf } from '../../pricing/pricing.ts';
import { createEmbeddedMetrics } from '../../telemetry/metrics/embedded-metrics.ts';
import { GATEWAY } from '../../usage/record.ts';

/** What makes lines of metrics, by the names that there are in this stage. Loaded with the first request. */
export const metricLines = ({ STAGE }: Config, models: Iterable<string>) =>
  createEmbeddedMetrics({
    stage: STAGE,
    known: {
      agent: new Set([...agents.map(({ name }) => name), GATEWAY]),
      tool: new Set(agents.flatMap(({ tools }) => [...tools.keys()])),
      model: new Set(Array.from(models, familyOf)),
    },
    memoryBytes: () => process.memoryUsage.rss(),
  });
