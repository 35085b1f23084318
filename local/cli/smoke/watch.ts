import { readEvents, type SentEvent } from '../read-events.ts';
import { agentOf, expectStatus, expectThat, Failed, pause, type Smoke, type SmokeCheck, TASK } from './check.ts';

/** Too little for any model call: with `pause` the run waits at once, and costs nothing. */
const NOTHING_USD = '0.000001';

const waitingRun = async (smoke: Smoke) => ({
  agent: await agentOf(smoke),
  task: TASK,
  maxCostUsd: NOTHING_USD,
  onLimit: 'pause',
});

const LATE = Symbol('late');

/** What the work gives, or that it takes longer. */
const within = <T>(work: Promise<T>, ms: number): Promise<T | typeof LATE> => {
  const signal = AbortSignal.timeout(ms);
  return Promise.race([
    work,
    new Promise<typeof LATE>((resolve) => signal.addEventListener('abort', () => resolve(LATE), { once: true })),
  ]);
};

interface Watched {
  /** Reads on to the event of this name. Rejects with `Failed` where it is late, or the stream ends before it. */
  until(name: string): Promise<void>;
  cancel(): Promise<void>;
}

const seconds = (ms: number): string => `${Math.round(ms / 100) / 10} s`;

const watched = (smoke: Smoke, path: string, response: Response): Watched => {
  const { stage, clock, patienceMs } = smoke;
  const events = readEvents(response)[Symbol.asyncIterator]();
  const begunAt = clock.monotonicMs();
  const next = (): Promise<SentEvent | null> => events.next().then(({ done, value }) => (done === true ? null : value));
  return {
    async until(name) {
      for (;;) {
        const seen = await within(next(), patienceMs);
        if (seen === LATE)
          throw new Failed(
            `The event ${name} has not come within ${seconds(patienceMs)}: something holds the stream back.`,
          );
        if (seen === null)
          throw new Failed(
            `The stream ends before ${name}, after ${seconds(clock.monotonicMs() - begunAt)}: something cuts it.`,
          );
        if (seen.event === name) return;
      }
    },
    cancel: async () => expectStatus(await stage.ask(`${path}/cancel`, { method: 'POST' }), 202, 'The cancellation'),
  };
};

/** A run that waits for money which nobody gives it, watched by its events. It is cancelled at the end, whatever happens. */
const watchWaitingRun = async (smoke: Smoke, act: (run: Watched) => Promise<string>): Promise<string> => {
  const { stage, patienceMs } = smoke;
  const submitted = await stage.ask('/agent/runs', { body: await waitingRun(smoke) });
  expectStatus(submitted, 202, 'POST /agent/runs');
  const path = `/agent/runs/${(submitted.json as { readonly runId: string }).runId}`;
  const leave = new AbortController();
  try {
    const opening = stage.open(`${path}/events`, { headers: { accept: 'text/event-stream' }, signal: leave.signal });
    opening.catch(() => undefined);
    const response = await within(opening, patienceMs);
    if (response === LATE)
      throw new Failed(
        `The events of a run do not begin within ${seconds(patienceMs)}: something holds the stream back.`,
      );
    expectThat(response.status === 200, `The events of a run are answered with ${response.status}.`);
    return await act(watched(smoke, path, response));
  } finally {
    leave.abort();
    await stage.ask(`${path}/cancel`, { method: 'POST' }).catch(() => undefined);
  }
};

const watch: SmokeCheck = {
  what: 'events of a run come while it goes on, and a cancelled run ends',
  scope: 'runs:write',
  run: (smoke) =>
    watchWaitingRun(smoke, async (run) => {
      await run.until('run.waiting');
      await run.cancel();
      await run.until('run.cancelled');
      return 'An event came before the end, and the end after the cancellation.';
    }),
};

const silence: SmokeCheck = {
  what: 'a stream that is quiet for long stays open',
  scope: 'runs:write',
  run: (smoke) =>
    watchWaitingRun(smoke, async (run) => {
      await run.until('run.waiting');
      await pause(smoke.clock, smoke.quietMs);
      await run.cancel();
      await run.until('run.cancelled');
      return `It was still open after ${seconds(smoke.quietMs)}.`;
    }),
};

/** The API waits for a minute at most. */
const LONGEST_WAIT_S = 60;

const longAnswer: SmokeCheck = {
  what: 'an answer in one piece may take long',
  scope: 'runs:write',
  async run(smoke) {
    const { stage, clock } = smoke;
    const wait = Math.min(LONGEST_WAIT_S, Math.max(1, Math.round(smoke.quietMs / 1_000)));
    const begunAt = clock.monotonicMs();
    const reply = await stage.ask('/agent/runs', {
      body: await waitingRun(smoke),
      headers: { prefer: `wait=${wait}` },
    });
    const took = seconds(clock.monotonicMs() - begunAt);
    const { runId } = (reply.json ?? {}) as { readonly runId?: string };
    if (runId !== undefined) await stage.ask(`/agent/runs/${runId}/cancel`, { method: 'POST' });
    expectStatus(reply, 202, `A submission that waits for ${wait} s, after ${took},`);
    return `It came after ${took}.`;
  },
};

/** What only streams and long answers show; it costs nothing. */
export const WATCH = { watch, silence, 'long-answer': longAnswer } satisfies Record<string, SmokeCheck>;
