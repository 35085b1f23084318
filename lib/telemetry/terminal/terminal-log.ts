import type { Clock } from '../../kernel/clock.ts';
import type { Log, LogFields, LogLevel } from '../log.ts';
import type { Paint } from './paint.ts';
import { createPrettyLog } from './pretty-log.ts';
import { duration, runLine } from './run-line.ts';

export interface TerminalLogOptions {
  readonly level: LogLevel;
  readonly clock: Clock;
  readonly write: (text: string) => void;
  readonly paint: Paint;
  /** Shared by logs of different levels: the lines of one run may be in several. */
  readonly notes: RunNotes;
}

interface Noted {
  readonly tools: string[];
  model: string | null;
}

/** Runs that never end, because their process was killed, are forgotten some time. */
const MOST_RUNS = 1_000;

const count = (value: LogFields[string]): number => (typeof value === 'number' ? value : 0);
const text = (value: LogFields[string]): string => String(value ?? '');

/** What runs in progress have done so far, for the one line at their end. */
export const createRunNotes = () => {
  const runs = new Map<string, Noted>();
  const of = (runId: string): Noted => {
    const noted = runs.get(runId) ?? { tools: [], model: null };
    runs.set(runId, noted);
    const [oldest] = runs.keys();
    if (runs.size > MOST_RUNS && oldest !== undefined) runs.delete(oldest);
    return noted;
  };
  return {
    of,
    take(runId: string): Noted {
      const noted = of(runId);
      runs.delete(runId);
      return noted;
    },
  };
};

type RunNotes = ReturnType<typeof createRunNotes>;

/**
 * For a person at a terminal: one line a run, and a call of the gateway, when it has ended; all other lines about what went
 * well at DEBUG. What is a warning or an error stays one.
 */
export const createTerminalLog = ({ level, clock, write, paint, notes }: TerminalLogOptions): Log => {
  const log = createPrettyLog(level, clock, write, paint);
  const line = (said: string) => write(`${paint.dim(new Date(clock.now()).toISOString().slice(11, 19))} ${said}\n`);

  const showRun = (fields: LogFields) => {
    const { tools, model } = notes.take(text(fields['runId']));
    const told = {
      status: text(fields['status']),
      reason: text(fields['reason']),
      agent: text(fields['agent']),
      model: fields['model'] ? text(fields['model']) : model,
      modelCalls: count(fields['modelCalls']),
      toolCalls: count(fields['toolCalls']),
      tools,
      durationMs: count(fields['durationMs']),
      costUsd: text(fields['costUsd']),
      runId: text(fields['runId']),
    };
    line(runLine(told, paint));
  };
  const showGatewayCall = (fields: LogFields) =>
    line(
      [
        paint.green(text(fields['outcome'])),
        'gateway',
        text(fields['model']),
        `${text(fields['inputTokens'])} tokens in, ${text(fields['outputTokens'])} out`,
        duration(count(fields['durationMs'])),
        `$${text(fields['costUsd'])}`,
        paint.dim(text(fields['runId'])),
      ].join(paint.dim(' · ')),
    );

  const note = (message: string, fields: LogFields) => {
    const runId = text(fields['runId']);
    if (message === 'model attempted' && fields['outcome'] === 'answered')
      notes.of(runId).model = text(fields['model']);
    if (message === 'tool finished') notes.of(runId).tools.push(text(fields['tool']));
  };
  const isShown = level === 'DEBUG' || level === 'INFO';
  const DETAILS: ReadonlySet<string> = new Set(['request', 'model attempted', 'tool finished']);
  return {
    ...log,
    info(message, fields = {}) {
      note(message, fields);
      if (message === 'run finished') {
        if (isShown) showRun(fields);
      } else if (message === 'model attempted' && fields['agent'] === 'gateway') {
        if (isShown) showGatewayCall(fields);
      } else if (DETAILS.has(message)) log.debug(message, fields);
      else log.info(message, fields);
    },
    warn(message, fields = {}) {
      note(message, fields);
      if (message === 'run finished') {
        if (level !== 'ERROR') showRun(fields);
      } else log.warn(message, fields);
    },
  };
};
