import { expect, it } from 'vitest';
import { derivedId } from '../../../lib/durable-run/derived-id.ts';
import { QUEUED_ENTRY } from '../../../lib/durable-run/worker/events/event-writer.ts';
import { EVENTS_KEPT_MS } from '../../../lib/runs/ended/erase-content.ts';
import type { RunKey } from '../../../lib/runs/run-key.ts';
import { answer, text } from '../../agent/run-parts.ts';
import { describeOnDynamoDb, type TestDynamoDb } from '../../dynamodb.ts';
import { createRunRig } from './run-rig.ts';

const KEY = 'key-1';

type Rig = ReturnType<typeof createRunRig>;

/** A submission under a key that died before it wrote its row, as the sweeper leaves it: due to be erased in an hour. */
const halfSubmitted = async (engine: TestDynamoDb) => {
  const rig = createRunRig(engine, [answer([text('Done.')])]);
  const run: RunKey = { tenantId: rig.tenantId, runId: `run_${derivedId(rig.tenantId, KEY, 0)}` };
  await rig.active.add(run);
  await rig.inbox.create(run, { maxCostUsd: null });
  await rig.eventLog.append(run, { first: 1, writer: 1, ...QUEUED_ENTRY });
  await rig.parts.left(run, null);
  return { rig, run };
};

const itsEnd = async (rig: Rig, run: RunKey) => {
  expect(await rig.invoke(run)).toBe('over');
  return (await rig.rowOf(run)).status;
};

const SAID = ['run.queued', 'run.started', 'model.started', 'run.succeeded'];
const saidBy = async (rig: Rig, run: RunKey) =>
  (await rig.eventsOf(run)).map(({ event }) => event).filter((event) => SAID.includes(event));

/** Has something done before the next row is written, and after all that stands before it. */
const beforeTheRow = (rig: Rig, act: () => Promise<void>): void => {
  const submit = rig.runs.submit.bind(rig.runs);
  const late: typeof submit = async (submitted) => {
    rig.runs.submit = submit;
    await act();
    return submit(submitted);
  };
  rig.runs.submit = late;
};

describeOnDynamoDb('a submission that died half-way and is sent again under its key', (engine) => {
  it('is a run that ends, after what was left of it is erased', async () => {
    const { rig, run } = await halfSubmitted(engine());
    await rig.clock.advance(EVENTS_KEPT_MS);
    await rig.eraseEnded();
    expect([await rig.eventLog.tail(run), await rig.inbox.read(run)]).toEqual([null, null]);
    const again = await rig.submit({}, KEY);
    expect(await itsEnd(rig, again)).toBe('succeeded');
    expect(await saidBy(rig, again)).toEqual(SAID);
    expect(await rig.submit({}, KEY)).toEqual(again);
    // What the second one wrote beside the first goes the same way.
    await rig.parts.left(run, null);
    await rig.clock.advance(EVENTS_KEPT_MS);
    await rig.eraseEnded();
    expect([await rig.eventLog.tail(run), await rig.inbox.read(run)]).toEqual([null, null]);
    expect((await rig.rowOf(again)).status).toBe('succeeded');
  });

  it('is a run that ends where it is erased between its first event and its row', async () => {
    const { rig } = await halfSubmitted(engine());
    await rig.clock.advance(EVENTS_KEPT_MS);
    beforeTheRow(rig, rig.eraseEnded);
    const again = await rig.submit({}, KEY);
    expect(await itsEnd(rig, again)).toBe('succeeded');
    expect(await saidBy(rig, again)).toEqual(SAID);
  });

  it('is a run that ends where it gets its row after the sweeper found none', async () => {
    const { rig, run } = await halfSubmitted(engine());
    await rig.clock.advance(EVENTS_KEPT_MS);
    const find = rig.runs.find.bind(rig.runs);
    rig.runs.find = async (...asked) => {
      rig.runs.find = find;
      const found = await find(...asked);
      expect(await rig.submit({}, KEY)).toEqual(run);
      return found;
    };
    await rig.eraseEnded();
    expect(await itsEnd(rig, run)).toBe('succeeded');
    expect(await saidBy(rig, run)).toEqual(SAID);
  });

  it('keeps what it wrote for an hour after its end, not after the death of the first submission', async () => {
    const { rig, run } = await halfSubmitted(engine());
    await rig.clock.advance(EVENTS_KEPT_MS - 1);
    expect(await rig.submit({}, KEY)).toEqual(run);
    expect(await itsEnd(rig, run)).toBe('succeeded');
    const key = await rig.parts.overflow.put(run, 'large');
    await rig.clock.advance(EVENTS_KEPT_MS - 1);
    await rig.eraseEnded();
    expect(await rig.parts.overflow.get(run, key)).toBe('large');
    await rig.clock.advance(1);
    await rig.eraseEnded();
    await expect(rig.parts.overflow.get(run, key)).rejects.toMatchObject({ code: 'internal' });
    expect(await saidBy(rig, run)).toEqual(SAID);
    expect(await rig.erasures.due()).toEqual([]);
  });

  it('is looked after by the sweeper, which had just given it up', async () => {
    const { rig, run } = await halfSubmitted(engine());
    beforeTheRow(rig, () => rig.parts.left(run, null));
    expect(await rig.submit({}, KEY)).toEqual(run);
    expect(await rig.active.list(run.tenantId)).toEqual([]);
    await rig.clock.advance(EVENTS_KEPT_MS);
    await rig.eraseEnded();
    expect(await rig.active.list(run.tenantId)).toMatchObject([run]);
    expect(await rig.erasures.due()).toEqual([]);
    expect(await saidBy(rig, run)).toEqual(['run.queued']);
  });

  it('never has its events taken for those of a run that has ended', async () => {
    const { rig, run } = await halfSubmitted(engine());
    await expect(rig.eraseEvents(run)).rejects.toMatchObject({ code: 'internal' });
    expect(await rig.eventLog.tail(run)).toMatchObject({ first: 1, last: false });
  });
});
