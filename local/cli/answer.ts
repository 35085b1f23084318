import { createPaint } from '../../lib/telemetry/terminal/paint.ts';
import { printable } from '../../lib/telemetry/terminal/printable.ts';
import { runLine } from '../../lib/telemetry/terminal/run-line.ts';
import type { Shell } from './verb.ts';

/** The body of a run that has ended, as far as a person is shown it. */
export interface Answer {
  readonly runId: string;
  readonly status: string;
  readonly output: string;
  readonly agent: string;
  readonly model: string;
  readonly stopReason: string;
  readonly usage: { readonly modelCalls: number; readonly toolCalls: number; readonly costUsd: string };
  readonly degraded: { readonly reason: string; readonly servedBy: string } | null;
  readonly cache: string;
  readonly durationMs: number;
  readonly sessionId?: string;
  readonly toolFallbacks?: readonly string[];
}

/** What an answer is beside its text. */
const notesOf = ({ degraded, cache, sessionId, toolFallbacks = [] }: Answer): string[] => [
  ...(degraded === null ? [] : [`degraded: answered by ${degraded.servedBy} (${degraded.reason})`]),
  ...(toolFallbacks.length === 0 ? [] : [`failed, with their fallback in place: ${toolFallbacks.join(', ')}`]),
  ...(cache === 'hit' ? ['from the cache'] : []),
  ...(sessionId === undefined ? [] : [`session ${sessionId}`]),
];

/** Says what an answer took, in one line and one for each thing that is out of the ordinary; the exit code. */
export const answered = (answer: Answer, shell: Shell): number => {
  const { usage, stopReason: reason, ...run } = answer;
  const paint = createPaint(shell.colours);
  const names = { agent: printable(run.agent), model: printable(run.model), reason: printable(reason) };
  const lines = [
    runLine({ ...run, ...usage, ...names }, paint),
    ...notesOf(answer).map((note) => paint.yellow(printable(note))),
  ];
  shell.err(lines.map((line) => `${line}\n`).join(''));
  return 0;
};
