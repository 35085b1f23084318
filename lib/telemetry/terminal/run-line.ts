import type { Paint } from './paint.ts';

/** A run as one line tells it. */
export interface RunLine {
  readonly status: string;
  /** Why it ended so; not shown where it says no more than the status. */
  readonly reason: string;
  readonly agent: string;
  /** The model that answered; `null`: none did. */
  readonly model: string | null;
  readonly modelCalls: number;
  readonly toolCalls: number;
  /** Names of tools, as far as they are known. */
  readonly tools?: readonly string[];
  readonly durationMs: number;
  /** A decimal number. */
  readonly costUsd: string;
  readonly runId: string;
}

const COLOURS: Readonly<Record<string, 'green' | 'yellow' | 'red'>> = { succeeded: 'green', failed: 'red' };
const PLAIN_REASONS: ReadonlySet<string> = new Set(['end_turn', 'stop_sequence']);

export const counted = (count: number, thing: string): string => `${count} ${thing}${count === 1 ? '' : 's'}`;

/** As `0.48 s`, `12.3 s` or `2 min 5 s`. */
export const duration = (ms: number): string => {
  const seconds = ms / 1_000;
  if (seconds < 10) return `${seconds.toFixed(2)} s`;
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${whole % 60} s`;
};

const toolsOf = ({ toolCalls, tools = [] }: RunLine): string =>
  tools.length === 0
    ? counted(toolCalls, 'tool call')
    : `${counted(toolCalls, 'tool call')} (${[...new Set(tools)].join(', ')})`;

/** Status, agent, model, calls, tools, time, cost and id of a run. */
export const runLine = (run: RunLine, paint: Paint): string => {
  const { status, reason, agent, model, modelCalls, durationMs, costUsd, runId } = run;
  const why = PLAIN_REASONS.has(reason) ? '' : ` (${reason})`;
  return [
    `${paint[COLOURS[status] ?? 'yellow'](status)}${why}`,
    agent,
    ...(model === null ? [] : [model]),
    counted(modelCalls, 'model call'),
    toolsOf(run),
    duration(durationMs),
    `$${costUsd}`,
    paint.dim(runId),
  ].join(paint.dim(' · '));
};
