import type { ReceivedSpan } from '../telemetry/tracing/otlp-receiver.ts';

/** What a viewer says that spans have used, in tokens. */
export interface Seen {
  /** Neither read from a cache nor written to one. */
  readonly input: number;
  readonly read: number;
  readonly written: number;
  readonly output: number;
}

const count = ({ attributes }: ReceivedSpan, ...names: readonly string[]): number =>
  Number(names.map((name) => attributes[name]).find((value) => value !== undefined) ?? 0);

const USAGE = 'gen_ai.usage';

/**
 * Langfuse, as its ingestion of OpenTelemetry has it since April 2026 (`extractGenericGenAiUsageDetails`): what of the input came
 * from a cache or went to one is taken out of it, never below zero, and each observation is added up.
 */
const langfuse = (spans: readonly ReceivedSpan[]): Seen => {
  const all = spans.map((span) => {
    const read = count(span, `${USAGE}.cache_read.input_tokens`, `${USAGE}.cache_read_tokens`);
    const written = count(span, `${USAGE}.cache_creation.input_tokens`, `${USAGE}.cache_write_tokens`);
    const input = Math.max(0, count(span, `${USAGE}.input_tokens`) - read - written);
    return { input, read, written, output: count(span, `${USAGE}.output_tokens`) };
  });
  return summed(all);
};

/** By OpenTelemetry's conventions, at the spans that nothing hangs on: cached input is part of the input. */
const leaves = (spans: readonly ReceivedSpan[]): Seen => {
  const parents = new Set(spans.map(({ parentSpanId }) => parentSpanId));
  return inclusive(spans.filter(({ spanId }) => !parents.has(spanId)));
};

/** Phoenix and Arize: the spans of calls of a model alone are priced, and rolled up to their trace. */
const ofModels = (spans: readonly ReceivedSpan[]): Seen =>
  inclusive(spans.filter(({ attributes }) => attributes['gen_ai.operation.name'] === 'chat'));

const summed = (all: readonly Seen[]): Seen => {
  const sum = (kind: keyof Seen) => all.reduce((total, seen) => total + seen[kind], 0);
  return { input: sum('input'), read: sum('read'), written: sum('written'), output: sum('output') };
};

const inclusive = (spans: readonly ReceivedSpan[]): Seen =>
  summed(
    spans.map((span) => {
      const read = count(span, `${USAGE}.cache_read.input_tokens`);
      const written = count(span, `${USAGE}.cache_creation.input_tokens`);
      return {
        input: count(span, `${USAGE}.input_tokens`) - read - written,
        read,
        written,
        output: count(span, `${USAGE}.output_tokens`),
      };
    }),
  );

/** By their published rules. */
export const VIEWERS = {
  Langfuse: langfuse,
  'one that adds up the leaves of a trace': leaves,
  'Phoenix, which adds up the calls of models': ofModels,
  'one that adds up every span': inclusive,
};
