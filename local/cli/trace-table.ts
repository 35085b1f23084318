import { duration } from '../../lib/telemetry/terminal/run-line.ts';
import type { Cell } from './table.ts';

/** A step of a trace, as `GET /agent/runs/{runId}/trace` has it. */
export interface ShownStep {
  readonly kind: string;
  readonly name: string;
  readonly startedAt: string;
  readonly durationMs: number;
  readonly status: string;
  readonly costUsd?: string;
  readonly error?: { readonly code: string };
  readonly decision?: string;
  readonly attemptDetails?: readonly ShownAttempt[];
}

interface ShownAttempt {
  readonly model: string;
  readonly startedAt: string;
  readonly durationMs: number;
  readonly firstContentMs: number | null;
  readonly status: string;
  readonly error?: { readonly code: string };
  readonly retry?: { readonly reason: string; readonly delayMs: number };
  readonly estimated?: string;
  readonly reservedUsd: string;
  readonly costUsd: string;
}

export const TRACE_HEAD = ['step', 'name', 'at', 'took', 'first', 'result', 'after', 'reserved', 'cost'] as const;

const at = (instant: string): string => instant.slice(11, 23);

const attemptRow = (attempt: ShownAttempt, nth: number): Cell[] => [
  `  attempt ${nth + 1}`,
  attempt.model,
  at(attempt.startedAt),
  duration(attempt.durationMs),
  attempt.firstContentMs === null ? null : duration(attempt.firstContentMs),
  attempt.error?.code ?? attempt.status,
  attempt.retry === undefined ? null : `${attempt.retry.reason}, ${duration(attempt.retry.delayMs)}`,
  attempt.reservedUsd,
  attempt.estimated === undefined ? attempt.costUsd : `${attempt.costUsd} (estimated)`,
];

/** A line a step, and below a model's one a line an attempt. */
export const traceRows = (steps: readonly ShownStep[]): Cell[][] =>
  steps.flatMap((step) => [
    [
      step.kind,
      step.name,
      at(step.startedAt),
      duration(step.durationMs),
      null,
      step.error?.code ?? step.decision ?? step.status,
      null,
      null,
      step.costUsd,
    ],
    ...(step.attemptDetails ?? []).map(attemptRow),
  ]);
