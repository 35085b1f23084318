import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asyncCost } from '../../bench/async-cost.ts';
import { asyncEvents } from '../../bench/async-events.ts';
import { type AsyncCount, beyond, countAsync } from '../../bench/async-operations.ts';
import { asyncReplay } from '../../bench/async-replay.ts';
import { type Stage, startStage } from '../../bench/async-stage.ts';
import type { Section } from '../../bench/section.ts';
import { OF_REQUESTS } from '../../scripts/cost/counted.ts';
import { describeOnDynamoDb, engineMissing } from '../dynamodb.ts';

const folder = mkdtempSync(join(tmpdir(), 'ballast-async-'));
const subfolder = () => mkdtempSync(join(folder, 'stage-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Counted, not timed: what a run writes and reads because time has passed is put off on a machine that is slow. */
const SLOW_TIME = {
  NODE_OPTIONS: `--import=${new URL('../stretched-time.ts', import.meta.url).href}`,
  TEST_STRETCH: '10',
  TEST_STRETCH_BEGAN_AT: String(Date.now()),
};

const times = (count: number, operation: string): string[] => Array.from({ length: count }, () => operation);

/** What is asked for each run, whatever it does. */
const SUBMITTED = ['active', 'inbox', 'events', 'input', 'run'].map((kind) => `PutItem ${kind}`);
const BEGUN = ['GetItem input', ...times(2, 'GetItem inbox'), 'Query events’ end', 'GetItem tenants'];
/** Whether it was cancelled is read once nobody can cancel it any more. */
const ENDED = ['GetItem inbox', ...times(2, 'UpdateItem inbox'), ...times(2, 'PutItem events'), 'PutItem run'];
const LEFT = ['PutItem erase', 'DeleteItem active', 'GetItem tenants'];
/** What was written to the run goes with its end. */
const ERASED = ['GetItem inbox', 'PutItem inbox', 'Query input', 'DeleteItem input'];
/** Told and counted before it is begun; it looks for messages, reserves, is put down and settled. */
const MODEL = ['PutItem events', 'UpdateItem run', 'GetItem inbox', 'PutItem usage', ...times(2, 'UpdateItem budget')];
const TOOL = ['PutItem events', 'UpdateItem run'];

describeOnDynamoDb('an asynchronous run in a warm server', (engine) => {
  let counts: readonly AsyncCount[];
  beforeAll(async () => {
    counts = await countAsync({ endpoint: engine().endpoint, folder: subfolder(), env: SLOW_TIME }, [
      { tools: [1] },
      { tools: [1], watchers: 10 },
      { tools: [1, 1] },
      { tools: [2] },
    ]);
  });
  const count = (at: number): AsyncCount => counts[at] ?? { operations: [], ofWatcher: NaN, checkpoints: NaN };

  it('asks for 2 model calls and 1 tool 27 writes, 11 reads and 13 checkpoints', () => {
    const { operations, checkpoints, ofWatcher } = count(0);
    const expected = [
      ...[...SUBMITTED, ...BEGUN, ...MODEL, ...TOOL, ...MODEL],
      ...[...ENDED, 'PutItem tool-usage', ...LEFT, ...ERASED],
    ];
    expect(operations.toSorted()).toEqual(expected.toSorted());
    expect(operations.filter((name) => !/^(?:GetItem|Query)/.test(name))).toHaveLength(27);
    expect([operations.length, checkpoints, ofWatcher]).toEqual([38, 13, 0]);
    expect(OF_REQUESTS['asynchronous runs']).toMatchObject({ writes: 27, reads: 38 - 27, durable: checkpoints });
  });

  it('asks for the same where it is watched', () => {
    expect(count(1).operations.toSorted()).toEqual(count(0).operations.toSorted());
    expect(count(1).checkpoints).toBe(count(0).checkpoints);
    // Each has read the row, and the log at least once before the first model call was answered.
    expect(count(1).ofWatcher).toBeGreaterThanOrEqual(11);
  });

  it('asks for each further model call and its tool 8 operations and 4 checkpoints', () => {
    const { operations, checkpoints } = beyond(count(2), count(0));
    expect([operations.toSorted(), checkpoints]).toEqual([[...MODEL, ...TOOL].toSorted(), 4]);
  });

  it('asks for a further tool at the same time one write, and 2 checkpoints at most', () => {
    const { operations, checkpoints } = beyond(count(3), count(0));
    expect(operations).toEqual(['UpdateItem run']);
    expect(checkpoints).toBeLessThanOrEqual(2);
  });
});

describe.skipIf(engineMissing !== null)('the bench of asynchronous runs', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await startStage(subfolder());
  });
  afterAll(() => stage[Symbol.asyncDispose]());
  const figures = ({ columns, rows }: Section): number[] => {
    expect(rows.every((row) => row.length === columns.length)).toBe(true);
    return rows.flatMap(([, ...cells]) => cells.filter((cell) => cell !== '').map(Number));
  };

  it('tells a step as a ratio to that of the synchronous run', async () => {
    const section = await asyncCost(stage, { rounds: 1, pairs: 3 });
    expect(figures(section).every((figure) => figure > 0)).toBe(true);
    expect(section.rows[0]?.[2]).toBe('1.00');
  });

  it('tells a replay by how many steps there are', async () => {
    const section = await asyncReplay(stage, { rounds: 1, steps: 20 });
    expect(section.rows.map(([steps]) => steps)).toEqual(['0', '20', '40']);
    expect(figures(section).every((figure) => Number.isFinite(figure))).toBe(true);
  });

  it('tells how many events a run has, and how late they are', async () => {
    const sections = await asyncEvents(stage, { rounds: 1, turns: 2, pieces: 100, delayMs: 300 });
    for (const section of sections) expect(figures(section).every((figure) => figure > 0)).toBe(true);
    // Of the run: queued, started and succeeded; of its 3 model calls: started, and a text; of each of 38 tools: started and finished.
    expect(sections[0].rows.map(([, all]) => Number(all))).toEqual([3 + 3 + 1 + 2 * 38, 100]);
  });
});
