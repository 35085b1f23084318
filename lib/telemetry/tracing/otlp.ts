import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { createKeptConnections } from '../../aws-sdk/kept-connections.ts';
import type { Clock } from '../../kernel/clock.ts';
import { spellingOf } from './attributes.ts';
import type { ExportSpans } from './send-traces.ts';
import { type Span, spanOf } from './span-of.ts';

type ReadableSpan = Parameters<OTLPTraceExporter['export']>[0][number];

export interface OtlpOptions {
  /** Base URL of the receiver; traces go to `/v1/traces` below it. */
  readonly endpoint: string;
  /** Of every request, such as a receiver's key: `name=value` pairs, separated by commas, with what is special in percent-encoding. */
  readonly headers: () => Promise<string>;
  /** Reads them anew: the receiver has refused them. Default: there is nothing newer. */
  readonly refreshHeaders?: (() => Promise<string>) | undefined;
  readonly clock: Clock;
  readonly stage: string;
  readonly version: string;
  /** As `OTEL_SEMCONV_STABILITY_OPT_IN` has it. */
  readonly optIn: string;
}

/** Longest try of one batch, its own retries included. */
const EXPORT_MS = 2_000;

// As @opentelemetry/api numbers them.
const KINDS = { internal: 0, server: 1, client: 2 } as const;
const [UNSET, ERROR] = [0, 2];
const SAMPLED = 1;
const SENT = 0;
/** The status by which a receiver says that it does not know the key. */
const REFUSED = 401;

type HrTime = ReadableSpan['startTime'];

const hrTime = (ms: number): HrTime => [Math.floor(ms / 1_000), (ms % 1_000) * 1_000_000];

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text.trim());
  } catch {
    return text.trim();
  }
};

const pairsIn = (text: string): Record<string, string> =>
  Object.fromEntries(
    text.split(',').flatMap((pair) => {
      const at = pair.indexOf('=');
      const [name, value] = [decoded(pair.slice(0, Math.max(0, at))), decoded(pair.slice(at + 1))];
      return at < 1 || name === '' || value === '' ? [] : [[name, value]];
    }),
  );

/** Never throws what JSON.parse does: its message would quote the secret. */
const membersIn = (text: string): readonly (readonly [string, string])[] => {
  let members: readonly (readonly [string, unknown])[] = [];
  try {
    members = Object.entries(JSON.parse(text) as object);
  } catch {
    // As one that has no member.
  }
  if (members.length === 0 || members.some(([, value]) => typeof value !== 'string'))
    throw new Error('the secret with the headers of traces begins like JSON, and holds no headers');
  return members as [string, string][];
};

/**
 * Headers as `OTEL_EXPORTER_OTLP_HEADERS` spells them, where a pair without a name or a value is none, or by their names in
 * a secret made as key and value. Throws an Error that quotes nothing where it begins like that and is none.
 */
export const headersIn = (text: string): Record<string, string> => {
  if (!text.trim().startsWith('{')) return pairsIn(text);
  const [[name, value], ...rest] = membersIn(text) as [[string, string], ...[string, string][]];
  return name === 'OTEL_EXPORTER_OTLP_HEADERS' ? pairsIn(value) : Object.fromEntries([[name, value], ...rest]);
};

/** Sends spans to a receiver of OpenTelemetry's protocol (OTLP) over HTTP, as JSON. */
export const createOtlpExport = ({
  endpoint,
  headers,
  refreshHeaders,
  clock,
  stage,
  version,
  optIn,
}: OtlpOptions): ExportSpans => {
  const connections = createKeptConnections(clock);
  const exporter = new OTLPTraceExporter({
    url: `${endpoint.replace(/\/+$/, '')}/v1/traces`,
    // The exporter wants one that never rejects; a receiver that needs a key says so.
    headers: async () => headersIn(await headers().catch(() => '')),
    timeoutMillis: EXPORT_MS,
    httpAgentOptions: (protocol) => (protocol === 'https:' ? connections.httpsAgent : connections.httpAgent),
  });
  const spelling = spellingOf(optIn);
  const resource = resourceFromAttributes({
    'service.name': 'ballast',
    'service.version': version,
    'deployment.environment.name': stage,
  });
  const contextOf = ({ traceId }: Span, spanId: string) => ({ traceId, spanId, traceFlags: SAMPLED });
  const readable = (span: Span): ReadableSpan => ({
    name: span.name,
    kind: KINDS[span.kind],
    spanContext: () => contextOf(span, span.spanId),
    ...(span.parentId === null ? {} : { parentSpanContext: contextOf(span, span.parentId) }),
    startTime: hrTime(span.startedAt),
    endTime: hrTime(span.endedAt),
    duration: hrTime(span.endedAt - span.startedAt),
    status: { code: span.failed ? ERROR : UNSET },
    attributes: span.attributes,
    links: [],
    events: [],
    ended: true,
    resource,
    instrumentationScope: { name: 'ballast', version },
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  });
  const send = (spans: ReadableSpan[]): Promise<void> =>
    new Promise((resolve, reject) => {
      connections.dropIdle();
      exporter.export(spans, ({ code, error }) =>
        Number(code) === SENT ? resolve() : reject(error ?? new Error('not exported')),
      );
    });
  return async (told) => {
    const spans = told.map((one) => readable(spanOf(one, spelling)));
    const before = await headers().catch(() => '');
    try {
      await send(spans);
    } catch (error) {
      if ((error as { readonly code?: unknown }).code !== REFUSED) throw error;
      const newer = await refreshHeaders?.().catch(() => before);
      if (newer === undefined || newer === before) throw error;
      await send(spans);
    }
  };
};
