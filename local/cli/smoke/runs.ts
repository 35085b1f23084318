import { readEvents } from '../read-events.ts';
import {
  cheapRun,
  costOf,
  expectStatus,
  expectThat,
  Failed,
  paidCall,
  pause,
  type RunBody,
  type Smoke,
  type SmokeCheck,
  TASK,
} from './check.ts';
import type { Reply } from './stage.ts';

const ended = (run: RunBody): boolean => ['succeeded', 'incomplete'].includes(run.status);

/** The first run, under a key that is sent a second time. */
const firstRun = (smoke: Smoke): Promise<{ readonly body: object; readonly key: string; readonly reply: Reply }> =>
  smoke.once('run', async () => {
    const body = await cheapRun(smoke);
    const key = `smoke-${smoke.nonce}`;
    const paid = paidCall(smoke, 'run');
    const reply = await smoke.stage.ask('/agent/run', { body, headers: { 'idempotency-key': key } });
    if (reply.status === 200) paid.cost = costOf(reply.json as RunBody);
    return { body, key, reply };
  });

const run: SmokeCheck = {
  what: 'a run is answered',
  scope: 'runs:write',
  async run(smoke) {
    const { reply } = await firstRun(smoke);
    expectStatus(reply, 200, 'POST /agent/run');
    const body = reply.json as RunBody & { readonly model: string };
    expectThat(ended(body), `The run is ${body.status}.`);
    const stored = await smoke.stage.ask(`/agent/runs/${body.runId}`);
    expectStatus(stored, 200, 'The run, asked for by its id,');
    expectStatus(await smoke.stage.ask(`/agent/runs/${body.runId}/trace`), 200, 'Its trace');
    return `${body.runId} by ${body.model}, $${body.usage.costUsd}.`;
  },
};

const idempotency: SmokeCheck = {
  what: 'a repeated request gets the first answer, another one under its key none',
  scope: 'runs:write',
  async run(smoke) {
    const { body, key, reply: first } = await firstRun(smoke);
    expectStatus(first, 200, 'The first request');
    const headers = { 'idempotency-key': key };
    const again = await smoke.stage.ask('/agent/run', { body, headers });
    expectStatus(again, 200, 'The repeated request');
    const [one, other] = [first, again].map(({ json }) => (json as RunBody).runId);
    expectThat(one === other, 'The repeated request made a second run.');
    expectThat(again.headers.get('idempotency-replayed') === 'true', 'The repeated answer lacks idempotency-replayed.');
    const changed = await smoke.stage.ask('/agent/run', { body: { ...body, task: `${TASK}.` }, headers });
    expectStatus(changed, 422, 'Another request under the same key');
    return 'One run, and 422 for another body.';
  },
};

const stream: SmokeCheck = {
  what: 'a run as events comes to its end',
  scope: 'runs:write',
  async run(smoke) {
    const body = await cheapRun(smoke);
    const paid = paidCall(smoke, 'run');
    const response = await smoke.stage.open('/agent/run', { body, headers: { accept: 'text/event-stream' } });
    const type = response.headers.get('content-type') ?? 'no type';
    expectThat(
      response.ok && type.startsWith('text/event-stream'),
      `It is answered with ${response.status} and ${type}.`,
    );
    let text = '';
    for await (const { event, data } of readEvents(response)) {
      if (event === 'text.reset') text = '';
      if (event === 'text.delta') text += String(data['text']);
      if (event === 'run.failed') throw new Failed(`The run failed: ${String(data['code'])}.`);
      if (event !== 'run.succeeded') continue;
      const answer = data as unknown as RunBody;
      paid.cost = costOf(answer);
      expectThat(text === answer.output, 'The texts of its events are not the text of the answer.');
      return `${answer.runId}, $${answer.usage.costUsd}.`;
    }
    throw new Failed('The stream ends before the run.');
  },
};

const budget: SmokeCheck = {
  what: 'a limit of money refuses before anything is paid',
  scope: 'runs:write',
  async run(smoke) {
    const body = { ...(await cheapRun(smoke)), maxCostUsd: '0.000001' };
    const reply = await smoke.stage.ask('/agent/run', { body });
    expectStatus(reply, 402, 'A run that may cost nothing');
    expectThat(reply.code === 'budget-exceeded', `Its code is ${String(reply.code)}.`);
    return '402 budget-exceeded.';
  },
};

/** How often an asynchronous run is looked at, once a second. */
const LOOKS = 120;

const asynchronous: SmokeCheck = {
  what: 'a run that is submitted goes on by itself',
  scope: 'runs:write',
  async run(smoke) {
    const { stage, clock } = smoke;
    const body = await cheapRun(smoke);
    const paid = paidCall(smoke, 'run');
    const reply = await stage.ask('/agent/runs', { body });
    expectStatus(reply, 202, 'POST /agent/runs');
    const { runId } = reply.json as { readonly runId: string };
    for (let looks = 0; looks < LOOKS; looks += 1) {
      const { status, json } = await stage.ask(`/agent/runs/${runId}`);
      expectThat(status === 200, `The run, asked for by its id, is answered with ${status}.`);
      const run = json as RunBody;
      if (ended(run)) {
        paid.cost = costOf(run);
        return `${runId}, $${run.usage.costUsd}.`;
      }
      expectThat(!['failed', 'cancelled'].includes(run.status), `${runId} is ${run.status}.`);
      await pause(clock, 1_000);
    }
    await stage.ask(`/agent/runs/${runId}/cancel`, { method: 'POST' });
    throw new Failed(`${runId} has not ended in two minutes.`);
  },
};

/** What takes a run; three of them are paid. */
export const RUNS = { run, idempotency, stream, budget, async: asynchronous } satisfies Record<string, SmokeCheck>;
