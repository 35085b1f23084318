import type { Config } from '../config.ts';
import type { Clock } from '../kernel/clock.ts';
import { createCachedSecret } from '../secrets/cached-secret.ts';
import type { SecretReader } from '../secrets/secrets-manager.ts';
import type { Emit } from '../telemetry/events.ts';
import { createOtlpExport } from '../telemetry/tracing/otlp.ts';
import { createSendTraces } from '../telemetry/tracing/send-traces.ts';
import type { SendTraces } from '../telemetry/tracing/trace-queue.ts';

interface TracingParts {
  readonly config: Config;
  readonly clock: Clock;
  readonly emit: Emit;
  readonly secrets: SecretReader;
}

/** Where the receiver needs no key, nobody has put one, and the secret is not asked for again with each request. */
const withoutKey = async (read: Promise<string>): Promise<string> => read.catch(() => '');

/** What sends traces to the receiver at `endpoint`. */
export const sendTracesTo = (endpoint: string, { config, clock, emit, secrets }: TracingParts): SendTraces => {
  const { STAGE: stage, BALLAST_VERSION: version, OTEL_SEMCONV_STABILITY_OPT_IN: optIn, OTLP_SECRET_ID } = config;
  const headers = createCachedSecret({ read: () => withoutKey(secrets.read(OTLP_SECRET_ID)), clock });
  const exportSpans = createOtlpExport({ endpoint, headers: () => headers.get(), stage, version, optIn });
  return createSendTraces({ clock, emit, exportSpans });
};
