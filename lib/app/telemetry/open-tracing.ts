import { lazy } from '../../kernel/caching/lazy.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { WorkContexts } from '../../telemetry/context/work-context.ts';
import { createTraceQueue, type TraceQueue } from '../../telemetry/tracing/trace-queue.ts';
import type { TracingParts } from './tracing.ts';

/** Traces to the stage's receiver; `null`: it has none. What sends them is loaded with the first. */
export const openTracing = (
  parts: TracingParts & { readonly contexts: WorkContexts; readonly clock: Clock },
): TraceQueue | null => {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: receiver } = parts.config;
  if (receiver === undefined) return null;
  const load = lazy(async () => (await import('./tracing.ts')).sendTracesTo(receiver, parts));
  return createTraceQueue({ ...parts, load });
};
