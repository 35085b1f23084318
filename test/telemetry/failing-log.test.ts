import { describe, expect, it } from 'vitest';
import { runAgent } from '../../functions/run-agent.ts';
import { AppError } from '../../lib/kernel/errors.ts';
import { safe } from '../../lib/kernel/redacted.ts';
import type { RunAnswer } from '../../lib/run/answer.ts';
import { canonicalLines } from '../../lib/telemetry/context/canonical-line.ts';
import { contextualLog } from '../../lib/telemetry/context/contextual-log.ts';
import { createWorkContexts } from '../../lib/telemetry/context/work-context.ts';
import { fanOut } from '../../lib/telemetry/events.ts';
import type { Log } from '../../lib/telemetry/log.ts';
import { logEvents } from '../../lib/telemetry/log-events.ts';
import { httpEvent, invokeStreaming } from '../functions/invoke.ts';
import { DONE, functionParts } from '../functions/parts.ts';
import { testMetrics } from './metric-lines.ts';

/** Standard output that is closed, or a disk that is full. */
const broken = (): never => {
  throw new Error('write EPIPE');
};
const BROKEN: Log = { debug: broken, info: broken, warn: broken, error: broken };
const quiet = () => undefined;
const QUIET: Log = { debug: quiet, info: quiet, warn: quiet, error: quiet };

/** What a client gets of `POST /agent/run` where lines are written by `log`, composed as a function is. */
const answerBy = async (log: Log, run: () => Promise<RunAnswer>, headers: Readonly<Record<string, string>>) => {
  const parts = functionParts(run);
  const contexts = createWorkContexts(parts.clock);
  const stage = contextualLog(log, contexts);
  const canonical = canonicalLines(stage, contexts, 1);
  const metrics = testMetrics(log === BROKEN ? broken : quiet);
  const emit = fanOut([logEvents({ stage, ofAgents: new Map(), canonical: () => canonical }), metrics.listen]);
  const observed = { ...parts, log: stage, canonical, contexts, emit, flush: metrics.flush };
  const event = httpEvent({ headers: { ...httpEvent().headers, ...headers } });
  const heard = await invokeStreaming(runAgent(observed), event);
  return { ...heard, atMs: parts.clock.monotonicMs(), pending: parts.clock.pending };
};

const refuse = async (): Promise<never> => {
  throw new AppError('rate-limited', safe`Too many requests.`, { retryAfterMs: 1_000 });
};
const fail = async (): Promise<never> => {
  throw new TypeError('a defect');
};

describe.each([
  ['as JSON', 'application/json'],
  ['as events', 'text/event-stream'],
])('%s, where no line of the log can be written', (_how, accept) => {
  it.each<[string, () => Promise<RunAnswer>, Readonly<Record<string, string>>]>([
    ['a run that ends well', async () => DONE, {}],
    ['a run that is refused', refuse, {}],
    ['a run that fails for a reason of ours', fail, {}],
    ['a caller who is not known', async () => DONE, { 'x-api-key': 'nobody' }],
  ])('%s is answered the same, and no later', async (_what, run, headers) => {
    const usual = await answerBy(QUIET, run, { accept, ...headers });
    expect(usual.text.length).toBeGreaterThan(50);
    expect(await answerBy(BROKEN, run, { accept, ...headers })).toEqual(usual);
  });
});
