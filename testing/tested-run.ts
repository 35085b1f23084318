import type { AppError } from '../lib/kernel/errors.ts';
import type { ModelRequest } from '../lib/model-call/provider.ts';
import type { RunAnswer, RunUsage } from '../lib/run/answer.ts';
import type { BallastEvent } from '../lib/telemetry/events.ts';
import type { RecordedEvent, RecordedRun } from './recorded-events.ts';
import type { ToolCalled } from './tool-calls.ts';

/** A line that a tool has written. */
export interface LoggedLine {
  readonly tool: string;
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** What a run came to, and all that was seen of it. */
export interface TestedRun {
  readonly status: 'succeeded' | 'incomplete' | 'failed';
  /** Empty where the run failed. */
  readonly output: string;
  /** What the agent's `output` makes of it; `null`: it has none, or the answer is none. */
  readonly result: object | null;
  readonly stopReason: string | null;
  /** The model that answered. */
  readonly model: string | null;
  readonly degraded: RunAnswer['degraded'];
  readonly cache: RunAnswer['cache'];
  /** `null` where the run failed before it was paid for. */
  readonly usage: RunUsage | null;
  /** Why it failed; `null` where it did not. */
  readonly error: AppError | null;
  readonly tools: readonly ToolCalled[];
  /** What the model was sent, attempt by attempt. */
  readonly requests: readonly ModelRequest[];
  /** What a caller hears who asks for events, pings left out. */
  readonly events: readonly RecordedEvent[];
  /** Lines that tools have written by their `log`, in their order. */
  readonly log: readonly LoggedLine[];
  /** What logs and metrics are made of. */
  readonly telemetry: readonly BallastEvent[];
  /** What hooks have given to metrics, in its order. */
  readonly metrics: readonly { readonly name: string; readonly value: number }[];
  /** By the run's own clock, which jumps over every wait. */
  readonly durationMs: number;
}

/** What was seen of a run besides its end. */
export type Seen = Pick<TestedRun, 'tools' | 'requests' | 'telemetry' | 'metrics' | 'durationMs'>;

const linesIn = (telemetry: readonly BallastEvent[]): LoggedLine[] =>
  telemetry.flatMap((event) => {
    if (event.type !== 'tool.logged') return [];
    const { tool, level, message, fields } = event;
    return [{ tool, level, message, fields }];
  });

export const testedRun = ({ answer, error, events }: RecordedRun, seen: Seen): TestedRun => ({
  status: answer?.status ?? 'failed',
  output: answer?.output ?? '',
  result: answer?.result ?? null,
  stopReason: answer?.stopReason ?? null,
  model: answer?.model ?? null,
  degraded: answer?.degraded ?? null,
  cache: answer?.cache ?? 'bypass',
  usage: answer?.usage ?? (error?.members['usage'] as RunUsage | undefined) ?? null,
  error,
  events,
  log: linesIn(seen.telemetry),
  ...seen,
});

/** How a run ended, in a sentence. */
export const endOf = ({ answer, error }: RecordedRun): string =>
  error === null ? `The run ended as ${answer.status} (${answer.stopReason}).` : `The run failed: ${error.message}`;
