import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { label, safe } from '../../lib/kernel/redacted.ts';
import { canonicalLines } from '../../lib/telemetry/context/canonical-line.ts';
import { contextualLog } from '../../lib/telemetry/context/contextual-log.ts';
import { tallyWork, workFields } from '../../lib/telemetry/context/tally-work.ts';
import { contextFields, createWorkContexts } from '../../lib/telemetry/context/work-context.ts';
import type { LogFields } from '../../lib/telemetry/log.ts';
import { logEvents } from '../../lib/telemetry/log-events.ts';
import { createFakeClock } from '../fake-clock.ts';
import { SAMPLES } from './events.ts';

const scoped = () => {
  const clock = createFakeClock();
  const contexts = createWorkContexts(clock);
  const lines: { readonly message: string; readonly fields: LogFields }[] = [];
  const keep = (message: string, fields: LogFields = {}) => void lines.push({ message, fields });
  const log = contextualLog({ debug: keep, info: keep, warn: keep, error: keep }, contexts);
  return { clock, contexts, lines, log };
};

const traceOf = (start: string) => ({ traceId: start.padEnd(32, '0'), sampled: true });

describe('lines', () => {
  it('of many requests at once each name their own, also those that are written after the answer', async () => {
    const { contexts, log, lines } = scoped();
    const request = async (id: string) => {
      contexts.know({ requestId: id, trace: traceOf(`${id.length}${id.codePointAt(0)}`) });
      await turn();
      log.info(safe`answered`, { id: label(id) });
      void turn().then(() => log.warn(safe`settled`, { id: label(id) }));
    };
    await Promise.all(
      ['a', 'bb', 'c'].map((id) => contexts.within('messages', { awsRequestId: `aws-${id}` }, () => request(id))),
    );
    await turn();
    expect(lines).toHaveLength(6);
    for (const { fields } of lines)
      expect(fields).toMatchObject({
        function: 'messages',
        requestId: fields['id'],
        function_request_id: `aws-${String(fields['id'])}`,
      });
  });

  it('say whether they are of the first request of their process', () => {
    const { contexts } = scoped();
    const cold = () => contexts.within('health', {}, () => contextFields(contexts.current())['cold_start']);
    expect([cold(), cold()]).toEqual([true, false]);
  });

  it('of a gateway call name the run of its attempts, under which they are on the books', () => {
    const { contexts } = scoped();
    contexts.within('messages', null, () => {
      tallyWork(contexts)({ ...SAMPLES['model.attempted'], runId: label('run_9') });
      expect(contextFields(contexts.current())).toMatchObject({ runId: 'run_9' });
    });
  });

  it('outside of a request have their own fields only, and what a line says itself counts', () => {
    const { contexts, log, lines } = scoped();
    log.info(safe`started`);
    contexts.within('execute-run', null, () => {
      contexts.know({ runId: 'run_1' });
      log.info(safe`of another`, { runId: label('run_2') });
    });
    expect(lines[0]?.fields).toEqual({});
    expect(lines[1]?.fields).toMatchObject({ function: 'execute-run', runId: 'run_2' });
  });
});

describe('the line of a request', () => {
  it('adds up the attempts that were made in it, in exact money', async () => {
    const { clock, contexts } = scoped();
    const tally = tallyWork(contexts);
    await contexts.within('messages', {}, async () => {
      const { 'model.attempted': attempt } = SAMPLES;
      await clock.advance(1_000);
      tally({ ...attempt, outcome: label('overloaded'), firstContentMs: null, costUsd: label('0.1') });
      await clock.advance(500);
      tally({ ...attempt, durationMs: 200, firstContentMs: 40, costUsd: label('0.2') });
      tally(SAMPLES['run.degraded']);
      expect(workFields(contexts.current()!)).toEqual({
        model: 'claude-sonnet-5-5',
        modelAttempts: 2,
        inputTokens: 8,
        outputTokens: 18,
        cacheReadInputTokens: 6,
        cacheCreationInputTokens: 1066,
        costUsd: '0.3',
        firstContentMs: 1_340,
        degraded: SAMPLES['run.degraded'].servedBy,
      });
    });
    contexts.within('health', {}, () => expect(workFields(contexts.current()!)).toEqual({}));
  });

  it('is left out for the share that the stage does not keep, by the trace, and never where something went wrong', () => {
    const { contexts, lines, log } = scoped();
    const write = canonicalLines(log, contexts, 0.25);
    // Others begin an id with the time: X-Ray, for one.
    for (const end of ['00000000', '3fffffff', '40000000', 'ffffffff'])
      contexts.within('messages', {}, () => {
        contexts.know({ trace: { traceId: end.padStart(32, '6abe5e6b'), sampled: true } });
        write(safe`request`, {}, true);
        write(safe`request refused`, {}, false);
      });
    expect(lines.map(({ message, fields }) => [message, String(fields['traceId']).slice(-8, -6)])).toEqual([
      ['request', '00'],
      ['request refused', '00'],
      ['request', '3f'],
      ['request refused', '3f'],
      ['request refused', '40'],
      ['request refused', 'ff'],
    ]);
  });

  it('and that of a run are written at a level that leaves out others of their kind', () => {
    const { lines, log } = scoped();
    const nothing = () => undefined;
    const silent = { debug: nothing, info: nothing, warn: nothing, error: nothing };
    const listen = logEvents({ stage: silent, canonical: () => (message, fields) => log.info(message, fields) });
    listen(SAMPLES['model.attempted']);
    listen(SAMPLES['run.finished']);
    expect(lines.map(({ message }) => message)).toEqual(['run finished']);
  });
});
