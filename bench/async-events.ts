import { setTimeout as pause } from 'node:timers/promises';
import { GATHER_MS } from '../lib/durable-run/worker/events/entry-writer.ts';
import type { Script, Stage } from './async-stage.ts';
import { percentile } from './gateway-load.ts';
import { median } from './median.ts';
import type { Section } from './section.ts';

const EFFORT = { rounds: 5, turns: 10, pieces: 20_000, delayMs: 10_000 };
const TOOLS = Array.from({ length: 19 }, () => ['current_time', {}] as const);
const STAMP_EACH_MS = 25;

interface Told {
  readonly events: number;
  readonly pieces: number;
  readonly writtenMs: number;
  readonly readMs: number;
}

/** One run that is watched from its submission, and read once more when it has ended. */
const tell = async (stage: Stage, task: string, script: Script): Promise<Told> => {
  let [began, ended, pieces] = [0, 0, 0];
  stage.play(task, (turn) => {
    began ||= performance.now();
    return script(turn);
  });
  const { runId } = await stage.ask('POST', '/agent/runs', { task, agent: 'clerk', maxModelCalls: 100 });
  await stage.watch(String(runId), (event, { text }) => {
    if (event === 'text.delta') pieces += String(text).split('.').length - 1;
    ended = performance.now();
  });
  const writtenMs = ended - began;
  const from = performance.now();
  const events = await stage.watch(String(runId));
  return { events, pieces, writtenMs, readMs: performance.now() - from };
};

/** Milliseconds from the upstream's writing of each piece to its watcher. */
const delays = async (stage: Stage, ms: number): Promise<number[]> => {
  const found: number[] = [];
  async function* stamps() {
    const began = performance.now();
    while (performance.now() - began < ms) {
      yield `@${performance.now().toFixed(1)};`;
      await pause(STAMP_EACH_MS);
    }
  }
  stage.play('delay', () => ({ pieces: stamps() }));
  const { runId } = await stage.ask('POST', '/agent/runs', { task: 'delay' });
  await stage.watch(String(runId), (event, { text }) => {
    const now = performance.now();
    if (event !== 'text.delta') return;
    for (const [, at] of String(text).matchAll(/@([\d.]+);/g)) found.push(now - Number(at));
  });
  return found;
};

/** Measures how fast a run tells its events, how fast a watcher reads them, and how late they are. */
export const asyncEvents = async (stage: Stage, effort = EFFORT): Promise<readonly [Section, Section]> => {
  const { rounds, turns, pieces, delayMs } = effort;
  const tools: Told[] = [];
  const texts: Told[] = [];
  const text = Array.from({ length: pieces }, () => 'six tokens of a ballast.');
  for (let round = 0; round < rounds; round += 1) {
    tools.push(await tell(stage, 'tools', (turn) => (turn > turns ? { pieces: ['Done.'] } : { calls: TOOLS })));
    texts.push(await tell(stage, 'pieces', () => ({ pieces: text })));
  }
  const late = await delays(stage, delayMs);
  const rate = (told: readonly Told[], what: 'events' | 'pieces', time: 'writtenMs' | 'readMs') =>
    median(told.map((each) => (each[what] * 1_000) / each[time])).toFixed(0);
  const row = (name: string, told: readonly Told[], what: 'events' | 'pieces') => [
    name,
    ...[what, 'events' as const].map((each) => String(median(told.map((one) => one[each])))),
    rate(told, what, 'writtenMs'),
    rate(told, what, 'readMs'),
  ];
  const rates: Section = {
    title: 'Events of an asynchronous run',
    columns: ['', 'in all', 'events', 'told a second, to a watcher', 'read again a second'],
    rows: [
      row('events of tools, 19 called at once', tools, 'events'),
      row('deltas that come at once', texts, 'pieces'),
    ],
    meaning:
      `One run, from its first model call until a watcher has its last event; then read once more from the first. Medians of ` +
      `${rounds} rounds, by turns. Deltas are gathered for ${GATHER_MS} ms into one event. Figures of this machine; no limit is set.`,
    breaches: [],
  };
  const delay: Section = {
    title: 'Delay of an asynchronous run’s events',
    columns: ['', 'median, ms', 'of the gathering', 'p95, ms'],
    rows: [
      [
        `${late.length} deltas`,
        percentile(late, 0.5).toFixed(0),
        (percentile(late, 0.5) / GATHER_MS).toFixed(2),
        percentile(late, 0.95).toFixed(0),
      ],
    ],
    meaning:
      `From the upstream’s writing of a delta, each ${STAMP_EACH_MS} ms, to the watcher’s reading of it. A delta waits for up to ` +
      `${GATHER_MS} ms until it is written, and then until the watcher asks again, each 250 ms. No limit is set.`,
    breaches: [],
  };
  return [rates, delay];
};
