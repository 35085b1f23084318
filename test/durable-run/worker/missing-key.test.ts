import { defineTool, z } from 'ballast';
import { expect, it } from 'vitest';
import { asAppError } from '../../../lib/kernel/errors.ts';
import { notMade, refusal } from '../../../lib/model-call/faults.ts';
import type { Attempt } from '../../../lib/model-call/types.ts';
import { parseProviderKeys } from '../../../lib/secrets/provider-keys.ts';
import { createSecrets } from '../../../lib/secrets/secrets.ts';
import { answer, text, use } from '../../agent/run-parts.ts';
import { describeOnDynamoDb } from '../../dynamodb.ts';
import { createRunRig } from './run-rig.ts';
import { booksOf, withOutage, workThrough } from './store-outage.ts';

const MINUTE_MS = 60_000;
const named = (name: string) => Object.assign(new Error('scripted'), { name });

/** What the secret is: its text, or how its read is refused. */
type Stored = string | Error;
const AWAY = named('ThrottlingException');

describeOnDynamoDb("an asynchronous run without the provider's key", (engine) => {
  const look = defineTool({ name: 'look', description: '', input: z.object({}), run: () => 'seen' });

  /** A run whose calls need the key: `stored` is what the secret is after so many minutes. */
  const runWith = async (stored: (minutes: number, made: number) => Stored, request = {}) => {
    const rig = createRunRig(engine(), [], { tools: [look], parts: { waitMs: 7 * 24 * 60 * MINUTE_MS } });
    const answers = [answer([text('So far.'), use('look')]), answer([text('Done.')])];
    const model = withOutage(rig, (_request, nth) => answers[nth - 1] ?? answer([text('Paid too often.')]));
    const run = await rig.submit(request);
    const begunAt = rig.clock.now();
    const minutes = () => (rig.clock.now() - begunAt) / MINUTE_MS;
    let reads = 0;
    const read = async () => {
      reads += 1;
      const found = stored(minutes(), model.paid);
      if (typeof found === 'string') return found;
      throw found;
    };
    const { clock, parts } = rig;
    // Each call opens the secret anew, as another environment does.
    const secret = () =>
      createSecrets({ reader: { read, readOptional: read }, clock, emit: () => {} }).open('a', {
        check: parseProviderKeys,
      });
    const callModel = parts.callModel;
    const withKey: Attempt = async (asked, context) => {
      try {
        await secret().get();
      } catch (error) {
        return notMade(refusal(asAppError(error)));
      }
      return callModel(asked, context);
    };
    Object.assign(parts, { callModel: withKey });
    await workThrough(rig, run, model.outage);
    const { reserved, slots } = await booksOf(rig);
    expect([reserved, slots, rig.clock.pending]).toEqual([[], [], 0]);
    return { row: await rig.rowOf(run), paid: model.paid, reads, tookMinutes: minutes() };
  };

  it.each<[string, Stored]>([
    ['the secret is malformed', '{"one":"canary","two":"canary"}'],
    ['the secret has no value', named('ResourceNotFoundException')],
  ])('fails after five minutes, and says why, where %s', async (_title, stored) => {
    const { row, paid, reads, tookMinutes } = await runWith(() => stored);
    expect(row).toMatchObject({
      status: 'failed',
      body: { error: { code: 'store-unavailable', detail: "The service's own key is not there, or not understood." } },
    });
    expect(JSON.stringify(row)).not.toContain('canary');
    expect(paid).toBe(0);
    expect(tookMinutes).toBeGreaterThan(4.5);
    expect(tookMinutes).toBeLessThan(6);
    expect(reads).toBeLessThan(40);
  });

  it('goes on where somebody puts the key within four minutes', async () => {
    const { row, paid } = await runWith((minutes) => (minutes < 4 ? ' ' : 'sk-1'));
    expect([row.status, row.body['output'], paid]).toEqual(['succeeded', 'Done.', 2]);
  });

  it('fails, and not by a limit, where the key is taken away after a call has answered', async () => {
    const { row, paid } = await runWith((_minutes, made) => (made === 0 ? 'sk-1' : '[]'));
    expect(row).toMatchObject({ status: 'failed', body: { error: { code: 'store-unavailable' } } });
    expect(paid).toBe(1);
  });

  it('waits on where Secrets Manager is away, and has its five minutes from when that says that there is no key', async () => {
    const back = await runWith((minutes) => (minutes < 10 ? AWAY : 'sk-1'));
    expect(back.row).toMatchObject({ status: 'succeeded', body: { output: 'Done.' } });
    const { row, tookMinutes } = await runWith((minutes) => (minutes < 10 ? AWAY : ' '));
    expect(row).toMatchObject({ status: 'failed' });
    expect(tookMinutes).toBeGreaterThan(14);
    expect(tookMinutes).toBeLessThan(18);
  });

  it('does not count the time before as one without a key, where Secrets Manager was away in between', async () => {
    const { row } = await runWith((minutes) => (minutes < 3 ? ' ' : minutes < 6 ? AWAY : minutes < 9 ? ' ' : 'sk-1'));
    expect(row).toMatchObject({ status: 'succeeded', body: { output: 'Done.' } });
  });

  it('ends by its own deadline where that comes first', async () => {
    const { row, tookMinutes } = await runWith((_minutes, made) => (made === 0 ? 'sk-1' : ' '), {
      timeoutMs: 2 * MINUTE_MS,
    });
    expect(row).toMatchObject({ status: 'incomplete', body: { stopReason: 'deadline', output: 'So far.' } });
    expect(tookMinutes).toBeLessThan(3);
  });
});
