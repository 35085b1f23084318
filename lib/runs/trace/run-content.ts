import type { TraceStep } from './trace-step.ts';

/** What was written in one step of a run. Plain JSON. */
export interface StepContent {
  readonly input?: unknown;
  readonly output?: unknown;
}

/** A tool call and a person's decision on it share an id, and so do not share a name here. */
export type StepName = `${'tool' | 'approval' | 'message'}:${string}`;

/** What was written in a run, by the names of its steps, in their order. */
export interface RunContent {
  readonly task: string;
  readonly steps: Readonly<Record<StepName, StepContent>>;
  /** Inputs and outputs that had no room. */
  readonly omitted: number;
}

/** Bytes of JSON: of one input or output, and of all of a run, which is a third of what a function can answer with. */
export const MOST_BYTES = 64 * 1024;
export const MOST_BYTES_IN_ALL = 2 * 1024 * 1024;

const bytesOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value ?? null));

/** The value, or about as much of its text as there is room for. */
export const bounded = (value: unknown): unknown => {
  const bytes = bytesOf(value);
  if (bytes <= MOST_BYTES) return value;
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const chars = Math.floor((MOST_BYTES / bytes) * text.length);
  return `${text.slice(0, chars).toWellFormed()}\n[cut: ${chars} of ${text.length} characters kept]`;
};

/** What is kept of a run's content: the first of it, up to both bounds. */
export const boundContent = (task: string, steps: ReadonlyMap<StepName, StepContent>): RunContent => {
  let left = MOST_BYTES_IN_ALL - bytesOf(task);
  let omitted = 0;
  const kept = [...steps].map(([name, content]) => {
    const entries = Object.entries(content).flatMap(([part, whole]) => {
      const value = bounded(whole);
      const bytes = bytesOf(value);
      if (bytes > left) {
        omitted += 1;
        return [];
      }
      left -= bytes;
      return [[part, value] as const];
    });
    return [name, Object.fromEntries(entries)] as const;
  });
  return { task, steps: Object.fromEntries(kept), omitted };
};

const nameOf = ({ kind, name, toolUseId }: TraceStep): StepName | null => {
  if (kind === 'message') return `message:${name}`;
  return (kind === 'tool' || kind === 'approval') && toolUseId !== undefined ? `${kind}:${toolUseId}` : null;
};

/** A step with what was written in it, as far as that was kept. */
export const withContent = (step: TraceStep, content: RunContent | null): TraceStep & StepContent => {
  const name = nameOf(step);
  return name === null || content === null ? step : { ...step, ...content.steps[name] };
};
