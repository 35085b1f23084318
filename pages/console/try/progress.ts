import type { Problem } from '../../../lib/http/response/problem.ts';
import type { RunAnswer } from '../../../lib/run/answer.ts';
import type { ServerEvent } from '../../api/events.ts';

/** A step of a run as its events tell it. */
export type Seen =
  | {
      readonly kind: 'model';
      readonly name: string;
      /** What it said before it called tools: no part of the answer. */
      readonly said?: string;
    }
  | {
      readonly kind: 'tool';
      readonly name: string;
      readonly toolUseId: string;
      /** `null`: it still runs. */
      readonly durationMs: number | null;
      readonly isError: boolean;
      /** What it was given and gave, where that is told. */
      readonly input?: unknown;
      readonly output?: unknown;
    };

/** What was seen of a run so far. */
export interface Progress {
  readonly runId: string | null;
  readonly text: string;
  readonly steps: readonly Seen[];
  readonly answer: RunAnswer | null;
  readonly problem: Problem | null;
}

export const NOTHING: Progress = { runId: null, text: '', steps: [], answer: null, problem: null };

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** The steps, the last model's with what it has said. */
const saying = ({ steps, text: said }: Progress): readonly Seen[] => {
  const last = steps.findLastIndex(({ kind }) => kind === 'model');
  return said === ''
    ? steps
    : steps.map((step, at) => (at === last && step.kind === 'model' ? { ...step, said } : step));
};

/** What was seen with one event more. */
export const seen = (before: Progress, { event, data }: ServerEvent): Progress => {
  const { steps } = before;
  switch (event) {
    case 'run.started':
      return { ...before, runId: text(data['runId']) };
    case 'model.started':
      return { ...before, text: '', steps: [...saying(before), { kind: 'model', name: text(data['model']) }] };
    case 'text.delta':
      return { ...before, text: before.text + text(data['text']) };
    case 'text.reset':
      return { ...before, text: '' };
    case 'tool.started': {
      const started = {
        name: text(data['name']),
        toolUseId: text(data['toolUseId']),
        durationMs: null,
        isError: false,
        input: data['input'],
      };
      return { ...before, steps: [...steps, { kind: 'tool', ...started }] };
    }
    case 'tool.finished': {
      const ended = {
        durationMs: Number(data['durationMs']),
        isError: data['isError'] === true,
        output: data['output'],
      };
      const isOf = (step: Seen) => step.kind === 'tool' && step.toolUseId === data['toolUseId'];
      return { ...before, steps: steps.map((step) => (isOf(step) ? { ...step, ...ended } : step)) };
    }
    case 'run.succeeded': {
      const answer = data as unknown as RunAnswer;
      return { ...before, answer, text: answer.output, runId: answer.runId };
    }
    case 'run.failed':
      return { ...before, problem: data as unknown as Problem };
    default:
      return before;
  }
};
