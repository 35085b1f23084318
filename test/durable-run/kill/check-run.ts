import { expect } from 'vitest';
import { parseUsd } from '../../../lib/kernel/money.ts';
import type { SeenRequest } from '../../upstream/recorder.ts';
import type { DrivenRun, SeenEvent, TestTenant } from './drive-run.ts';
import { shownText, watchRun } from './drive-run.ts';
import { billOf, OUTPUT, saidTo, TURNS, turnsOf } from './scripted-model.ts';
import type { Supervised } from './supervised.ts';

const INTERRUPTED = 'This call was interrupted.';

/** Results of a tool that the model was given, by what it asked last. */
const resultOf = (request: SeenRequest | undefined, toolUseId: string): string =>
  JSON.stringify(
    ((request?.body?.['messages'] ?? []) as { content: string | { type: string; tool_use_id?: string }[] }[])
      .flatMap(({ content }) => (typeof content === 'string' ? [] : content))
      .filter(({ type, tool_use_id }) => type === 'tool_result' && tool_use_id === toolUseId),
  );

const occurrences = (text: string, words: string): number => text.split(words).length - 1;

export interface Finished extends DrivenRun {
  readonly tenant: TestTenant;
  /** What the upstream was asked for this run, in order. */
  readonly requests: readonly SeenRequest[];
  /** How often its process was killed. */
  readonly kills: number;
}

const once = (events: readonly SeenEvent[], name: string): number =>
  events.filter(({ event }) => event === name).length;

/** Whatever was killed: the right answer, nothing twice, nothing lost, and the books above the bill. */
export const checkRun = async (server: Supervised, run: Finished, title: string): Promise<void> => {
  const { row, runId, watched, requests, tenant } = run;
  expect(row, title).toMatchObject({ status: 'succeeded', output: OUTPUT, stopReason: 'end_turn' });
  expect(row['usage'], title).toMatchObject({ modelCalls: TURNS.length, toolCalls: 5 });

  const last = requests.at(-1);
  const effects = server.effects().filter((line) => line.startsWith(`${runId}:`));
  for (const id of ['toolu_effect', 'toolu_refund']) {
    const times = effects.filter((line) => line === `${runId}:${id}`).length;
    // Where nobody can know whether it happened, the model is told so, and it does not happen again.
    if (resultOf(last, id).includes(INTERRUPTED)) expect(times, `${title}: ${id}`).toBeLessThanOrEqual(1);
    else expect(times, `${title}: ${id}`).toBe(1);
  }
  if (last !== undefined) {
    const said = saidTo(last);
    expect([occurrences(said, 'message one'), occurrences(said, 'message two')], title).toEqual([
      1,
      run.wroteTwice ? 1 : 0,
    ]);
    if (run.wroteTwice) expect(said.indexOf('message one'), title).toBeLessThan(said.indexOf('message two'));
  }

  const events = await watchRun(server, tenant.key, runId);
  expect(
    events.map(({ id }) => id),
    title,
  ).toEqual(events.map((_, at) => at + 1));
  expect(watched, title).toEqual(events);
  expect(shownText(events), title).toBe(OUTPUT);
  for (const name of ['run.queued', 'run.started', 'approval.requested', 'approval.decided', 'run.succeeded'])
    expect([name, once(events, name)], title).toEqual([name, 1]);
  expect(events.at(-1)?.event, title).toBe('run.succeeded');
  expect(once(events, 'model.started'), title).toBe(TURNS.length);
  expect(once(events, 'message.received'), title).toBe(run.wroteTwice ? 2 : 1);
  expect([once(events, 'tool.started'), once(events, 'tool.finished')], title).toEqual([5, 5]);

  const { body } = await tenant.ask('GET', '/agent/runs');
  expect(body['runs'], title).toMatchObject([{ runId, status: 'succeeded' }]);
  await checkBooks(run, title);
};

/** What was in flight at the kill may be booked above its bill; everything else is booked as it was billed. */
const checkBooks = async ({ tenant, requests, row, kills }: Finished, title: string): Promise<void> => {
  expect(requests.length, title).toBeGreaterThanOrEqual(TURNS.length);
  expect(requests.length, title).toBeLessThanOrEqual(TURNS.length + kills);
  const { body } = await tenant.ask('GET', '/usage');
  const { costUsd, estimatedUsd } = body['totals'] as { costUsd: string; estimatedUsd: string };
  const [booked, estimated, billed] = [parseUsd(costUsd), parseUsd(estimatedUsd), billOf(requests)];
  expect(booked >= billed, `${title}: booked ${costUsd}, billed ${String(billed)}`).toBe(true);
  expect((row['usage'] as { costUsd: string }).costUsd, title).toBe(costUsd);
  const turnOf = (request: SeenRequest) => turnsOf(request).length;
  const lost = requests.filter((request, at) =>
    requests.slice(at + 1).some((later) => turnOf(later) === turnOf(request)),
  );
  // Each of those that were lost is on the books by its answer, or by an estimate.
  const confirmed = lost.reduce((sums, request) => sums.flatMap((sum) => [sum, sum + billOf([request])]), [
    billed - billOf(lost),
  ] as bigint[]);
  expect(confirmed, title).toContain(booked - estimated);
};
