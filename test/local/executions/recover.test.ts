import { appendFileSync, mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { JournalRecord } from '../../../local/executions/journal-record.ts';
import { createStand, lateClock, testDirectory } from './stand.ts';

const DAY_MS = 86_400_000;

describe('a start', () => {
  it('goes on with what was waiting, without invoking it before its time', async () => {
    const clock = lateClock();
    const directory = testDirectory();
    let invocations = 0;
    const work = async (_input: never, context: Parameters<Parameters<typeof createStand>[0]>[1]) => {
      invocations += 1;
      await context.wait('night', { hours: 8 });
      return 'morning';
    };
    const before = await createStand(work, { clock, directory });
    const arn = await before.start('night');
    await before.suspended('night');
    await before.close();
    await clock.advance(3_600_000);
    const after = await createStand(work, { clock, directory });
    await after.executions.recover();
    await clock.advance(7 * 3_600_000 - 1);
    expect(invocations).toBe(1);
    await clock.advance(1);
    await after.ended();
    expect((await after.get(arn)).Result).toBe('"morning"');
    expect(invocations).toBe(2);
  });

  it('goes on at once with what fell due while nothing ran, and ends what timed out', async () => {
    const clock = lateClock();
    const directory = testDirectory();
    const work = async (input: { seconds: number }, context: Parameters<Parameters<typeof createStand>[0]>[1]) => {
      await context.wait('pause', { seconds: input.seconds });
      return 'on';
    };
    // Files are as old as they are, whatever the clock says: none is removed meanwhile.
    const options = { clock, directory, executionTimeoutMs: DAY_MS, retentionMs: 36_500 * DAY_MS };
    const before = await createStand(work, options);
    const arns = [await before.start('short', { seconds: 60 }), await before.start('long', { seconds: 7 * 86_400 })];
    await before.suspended('short');
    await before.suspended('long');
    await before.close();
    await clock.advance(2 * DAY_MS);
    const after = await createStand(work, options);
    await after.executions.recover();
    await after.ended(2);
    expect(await Promise.all(arns.map(async (arn) => (await after.get(arn)).Status))).toEqual([
      'TIMED_OUT',
      'TIMED_OUT',
    ]);
  });

  it('leaves what an invocation that was abandoned still wants to say unheard', async () => {
    const directory = testDirectory();
    const steps: PromiseWithResolvers<string>[] = [];
    const work = async (_input: never, context: Parameters<Parameters<typeof createStand>[0]>[1]) =>
      context.step('slow', () => {
        const step = Promise.withResolvers<string>();
        steps.push(step);
        return step.promise;
      });
    const before = await createStand(work, { directory });
    const arn = await before.start('slow');
    await expect.poll(() => steps.length).toBe(1);
    before.executions.close();
    const after = await createStand(work, { directory });
    await after.executions.recover();
    await expect.poll(() => steps.length).toBe(2);
    steps[0]?.resolve('old');
    steps[1]?.resolve('new');
    await after.ended();
    expect((await after.get(arn)).Result).toBe('"new"');
  });

  it('delivers an end that was written and not delivered', async () => {
    const clock = lateClock();
    const directory = testDirectory();
    const before = await createStand(async () => 'done', {
      clock,
      directory,
      onStatusChange: () => Promise.reject(new Error('killed meanwhile')),
    });
    const arn = await before.start('done');
    await expect.poll(() => before.records('done').at(-1)?.kind).toBe('ended');
    await before.close();
    const after = await createStand(async () => 'never', { clock, directory });
    await after.executions.recover();
    await after.ended();
    expect(after.events[0]?.detail).toMatchObject({ durableExecutionArn: arn, status: 'SUCCEEDED' });
    await expect.poll(() => after.files().ended).toContain('work/done.jsonl');
    const again = await createStand(async () => 'never', { clock, directory });
    await again.executions.recover();
    expect(again.files().running).toEqual(['work']);
  });

  it('cuts a torn line off, and does what it said again', async () => {
    const directory = testDirectory();
    const clock = lateClock();
    const before = await createStand(async (_input, context) => context.wait({ seconds: 60 }), { clock, directory });
    await before.start('torn');
    await before.suspended('torn');
    await before.close();
    const whole = readFileSync(before.path('torn'), 'utf8');
    appendFileSync(before.path('torn'), '{"kind":"ended","ending":{"status":"FAI');
    const after = await createStand(async () => 'never', { clock, directory });
    await after.executions.recover();
    expect(readFileSync(before.path('torn'), 'utf8')).toBe(whole);
    expect(after.events).toEqual([]);
  });

  it('forgets an execution whose very first line is torn: nobody was told of it', async () => {
    const directory = testDirectory();
    mkdirSync(join(directory, 'running', 'work'), { recursive: true });
    writeFileSync(join(directory, 'running', 'work', 'first.jsonl'), '{"kind":"star');
    const stand = await createStand(async () => 'done', { directory });
    await stand.executions.recover();
    await stand.start('first');
    await stand.ended();
  });

  it('leaves a journal alone that it cannot read, or whose function is gone, and goes on with the others', async () => {
    const directory = testDirectory();
    const before = await createStand(() => new Promise(() => {}), { directory });
    await before.start('good');
    await before.close();
    for (const [name, file] of [
      ['work', 'bad.jsonl'],
      ['gone', 'old.jsonl'],
    ] as const) {
      mkdirSync(join(directory, 'running', name), { recursive: true });
      writeFileSync(join(directory, 'running', name, file), 'not a journal\n');
    }
    const after = await createStand(async () => 'done', { directory });
    await after.executions.recover();
    await after.ended();
    expect(after.lines.filter((line) => line.includes('journal of an execution failed'))).toHaveLength(2);
    expect(after.files().running.sort()).toEqual(['gone', 'gone/old.jsonl', 'work', 'work/bad.jsonl']);
  });

  it('reads none of the executions that have ended', async () => {
    const directory = testDirectory();
    const stand = await createStand(async () => 'done', { directory });
    mkdirSync(join(directory, 'ended', 'work'), { recursive: true });
    // To read one would fail, and be logged.
    for (let index = 0; index < 3_000; index += 1)
      writeFileSync(join(directory, 'ended', 'work', `run-${index}.jsonl`), 'not a journal\n');
    await stand.executions.recover();
    await stand.start('new');
    await stand.ended();
    expect(stand.lines).toEqual([]);
  });
});

describe('the journal of an execution that has ended', () => {
  it('is removed after its retention, at a start and each hour', async () => {
    const clock = lateClock();
    const stand = await createStand(async () => 'done', { clock, retentionMs: 2 * DAY_MS });
    for (const name of ['old', 'young']) await stand.start(name);
    await stand.ended(2);
    await expect.poll(() => stand.files().running).toEqual(['work']);
    const age = (name: string, ms: number) => {
      const at = (clock.now() - ms) / 1_000;
      utimesSync(join(stand.directory, 'ended', 'work', `${name}.jsonl`), at, at);
    };
    age('old', 2 * DAY_MS + 1_000);
    age('young', 2 * DAY_MS - 1_800_000);
    await stand.executions.recover();
    await expect.poll(() => stand.files().ended).toEqual(['work', 'work/young.jsonl']);
    await expect.poll(() => clock.pending).toBe(1);
    await clock.advance(3_600_000);
    await expect.poll(() => stand.files().ended).toEqual(['work']);
  });

  it('is not held in memory', async () => {
    const stand = await createStand(async (_input, context) => context.step('large', async () => 'x'.repeat(100_000)));
    const arn = await stand.start('large');
    await stand.ended();
    await expect.poll(() => stand.files().running).toEqual(['work']);
    const path = join(stand.directory, 'ended', 'work', 'large.jsonl');
    const [first = ''] = readFileSync(path, 'utf8').split('\n');
    const ended: JournalRecord = {
      kind: 'ended',
      endedAt: 1,
      ending: { status: 'FAILED', error: { ErrorType: 'read' } },
    };
    writeFileSync(path, `${first}\n${JSON.stringify(ended)}\n`);
    expect((await stand.get(arn)).Error).toEqual({ ErrorType: 'read' });
  });
});
