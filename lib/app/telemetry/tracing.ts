import type { Config } from '../../config.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Secrets } from '../../secrets/secrets.ts';
import type { Emit } from '../../telemetry/events.ts';
import { createOtlpExport, headersIn } from '../../telemetry/tracing/otlp.ts';
import { createSendTraces } from '../../telemetry/tracing/send-traces.ts';
import type { SendTraces } from '../../telemetry/tracing/trace-queue.ts';

export interface TracingParts {
  readonly config: Config;
  readonly clock: Clock;
  readonly emit: Emit;
  readonly secrets: Secrets;
}

/** What sends traces to the receiver at `endpoint`. */
export const sendTracesTo = (endpoint: string, { config, clock, emit, secrets }: TracingParts): SendTraces => {
  const { STAGE: stage, BALLAST_VERSION: version, OTEL_SEMCONV_STABILITY_OPT_IN: optIn, OTLP_SECRET_ID } = config;
  // Where the receiver needs no key, nobody has put one.
  const secret = secrets.open(OTLP_SECRET_ID, { check: headersIn, isOptional: true });
  const [headers, refreshHeaders] = [() => secret.get(), () => secret.refresh()];
  const exportSpans = createOtlpExport({ endpoint, headers, refreshHeaders, clock, stage, version, optIn });
  return createSendTraces({ clock, emit, exportSpans });
};
