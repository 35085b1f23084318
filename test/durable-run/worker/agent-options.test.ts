import { z } from 'ballast';
import { expect, it } from 'vitest';
import { answer, text } from '../../agent/run-parts.ts';
import { describeOnDynamoDb } from '../../dynamodb.ts';
import { createRunRig } from './run-rig.ts';

const json = (value: unknown) => answer([text(JSON.stringify(value))]);

describeOnDynamoDb('an asynchronous run', (engine) => {
  it('answers by the schema of its agent, in its row and its last event, mended as a synchronous one', async () => {
    const output = z.strictObject({ total: z.int() });
    const rig = createRunRig(engine(), [json({ total: 'three' }), json({ total: 3 })], { output });
    const run = await rig.submit();
    expect(await rig.invoke(run)).toBe('over');
    const told = { result: { total: 3 }, output: '{"total":3}' };
    expect(await rig.rowOf(run)).toMatchObject({ status: 'succeeded', body: told });
    const events = await rig.eventsOf(run);
    expect(events.at(-1)).toMatchObject({ event: 'run.succeeded', data: told });
    const heard = events.flatMap(({ event, data }) =>
      event === 'text.reset' ? [event] : event === 'text.delta' ? [(data as { text: string }).text] : [],
    );
    expect(heard.slice(heard.lastIndexOf('text.reset') + 1).join('')).toBe('{"total":3}');
  });

  it.each([
    ['a refusal', 'succeeded', 'refusal', [answer([text('No.')], 'refusal')]],
    ['an answer that was cut', 'incomplete', 'max_tokens', [answer([text('{"tot')], 'max_tokens')]],
    ['two that are no JSON', 'incomplete', 'invalid_output', [answer([text('Three.')]), answer([text('3, I said.')])]],
    ['two that the schema refuses', 'incomplete', 'invalid_output', [json({ total: 'a' }), json({ total: 'b' })]],
  ])('has no result of %s, in its row and its events', async (_title, status, stopReason, script) => {
    const output = z.strictObject({ total: z.int() });
    const rig = createRunRig(engine(), script, { output });
    const run = await rig.submit();
    expect(await rig.invoke(run)).toBe('over');
    const row = await rig.rowOf(run);
    expect(row).toMatchObject({ status, body: { status, stopReason } });
    expect(row.body).not.toHaveProperty('result');
    const last = (await rig.eventsOf(run)).at(-1);
    expect(last).toMatchObject({ event: 'run.succeeded', data: { status, stopReason } });
    expect(last?.data).not.toHaveProperty('result');
    expect(rig.requests).toHaveLength(script.length);
  });

  it('is limited as its agent says, unless its request does', async () => {
    const limits = { maxCostUsd: '0.01', timeoutMs: 60_000 };
    const rig = createRunRig(engine(), [answer([text('Done.')])], limits);
    const limitsOf = async (request: object) => {
      const run = await rig.submit(request);
      const submission = (await rig.runs.findInput(run)) as { readonly request: { readonly timeoutMs?: number } };
      return [(await rig.inbox.read(run))?.maxCostUsd, submission.request.timeoutMs];
    };
    expect(await limitsOf({})).toEqual(['0.01', 60_000]);
    expect(await limitsOf({ maxCostUsd: '2', timeoutMs: 5_000 })).toEqual(['2', 5_000]);
  });
});
