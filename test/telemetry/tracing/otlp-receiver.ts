import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

type Value = { readonly stringValue?: string; readonly intValue?: number; readonly doubleValue?: number } & {
  readonly arrayValue?: { readonly values: readonly Value[] };
};

export interface ReceivedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  /** As OTLP numbers them: 1 internal, 2 server, 3 client. */
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly status: { readonly code: number };
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly resource: Readonly<Record<string, unknown>>;
}

type KeyValue = { readonly key: string; readonly value: Value };

const valueOf = ({ stringValue, intValue, doubleValue, arrayValue }: Value): unknown =>
  stringValue ??
  (intValue === undefined ? undefined : Number(intValue)) ??
  doubleValue ??
  arrayValue?.values.map(valueOf);

const recordOf = (pairs: readonly KeyValue[]) =>
  Object.fromEntries(pairs.map(({ key, value }) => [key, valueOf(value)]));

interface Batch {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly KeyValue[] };
    readonly scopeSpans: readonly {
      readonly spans: readonly (Omit<ReceivedSpan, 'attributes' | 'resource'> & {
        readonly attributes: readonly KeyValue[];
      })[];
    }[];
  }[];
}

const spansIn = ({ resourceSpans }: Batch): ReceivedSpan[] =>
  resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap(({ spans }) =>
      spans.map((span) => ({
        ...span,
        attributes: recordOf(span.attributes),
        resource: recordOf(resource.attributes),
      })),
    ),
  );

/** A receiver of OpenTelemetry's protocol over HTTP with JSON. */
export const startOtlpReceiver = async () => {
  const spans: ReceivedSpan[] = [];
  const requests: { readonly url: string; readonly headers: NodeJS.Dict<string | string[]>; readonly body: string }[] =
    [];
  let mode: 'takes' | 'refuses' | 'hangs' = 'takes';
  let ended = 0;
  let key: string | null = null;
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      requests.push({ url: request.url ?? '', headers: request.headers, body });
      response.on('close', () => void (ended += 1));
      if (mode === 'hangs') return;
      if (key !== null && request.headers.authorization !== key) return void response.writeHead(401).end();
      if (mode === 'takes') spans.push(...spansIn(JSON.parse(body) as Batch));
      response.writeHead(mode === 'takes' ? 200 : 400, { 'content-type': 'application/json' }).end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    requests,
    /** How many of the requests are over: answered, or given up by who asked. */
    ended: () => ended,
    become: (next: typeof mode) => void (mode = next),
    /** The only `authorization` that it takes from now on; `null`: any. */
    lock: (next: string | null) => void (key = next),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};
