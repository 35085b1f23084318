import { setTimeout as pause } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { ask, testWorkplace } from '../local/spawned-server.ts';
import { stretch, stretchedClock } from '../stretched.ts';
import { neverAnswer } from '../upstream/answers.ts';
import { messagesOnly, startScriptedUpstream } from '../upstream/start-scripted-upstream.ts';
import { bundledServer } from './bundled-server.ts';

const RUN_TIMEOUT_MS = 3_000;
/** The contract's bound. */
const SETTLED_WITHIN_MS = RUN_TIMEOUT_MS + 60_000;

type Day = Record<'spentUsd' | 'reservedUsd', string>;

it(
  'a killed server’s reservation is booked at its full amount by the next one, within a minute of its deadline',
  async () => {
    await using upstream = {
      ...(await startScriptedUpstream(stretchedClock, messagesOnly)),
      [Symbol.asyncDispose]: () => upstream.close(),
    };
    upstream.script('*', [neverAnswer()]);
    const place = testWorkplace();
    const env = {
      ANTHROPIC_API_KEY: 'key',
      ANTHROPIC_BASE_URL: upstream.url,
      RUN_TIMEOUT_MS: String(RUN_TIMEOUT_MS),
      STREAM_TIMEOUT_MS: String(RUN_TIMEOUT_MS),
      LOG_LEVEL: 'DEBUG',
    };
    const budget = async (url: string) => ((await (await ask(url, '/usage/budget')).json()) as { day: Day }).day;

    const entry = await bundledServer();
    const killed = place.start({ entry, env });
    const url = await killed.ready;
    const asked = ask(url, '/agent/run', { task: 'Hang.' }).catch(() => null);
    await upstream.seen(1);
    const { reservedUsd, spentUsd } = await budget(url);
    const killedAt = performance.now();
    killed.child.kill('SIGKILL');
    await asked;
    expect(Number(reservedUsd)).toBeGreaterThan(0.04);
    expect(spentUsd).toBe('0');

    // Old enough for the first look of the next one, which would find it at its second look all the same.
    await pause(RUN_TIMEOUT_MS * stretch());
    const next = place.start({ entry, env });
    const nextUrl = await next.ready;
    await expect
      .poll(() => budget(nextUrl), {
        timeout: SETTLED_WITHIN_MS * stretch() - (performance.now() - killedAt),
        interval: 200,
      })
      .toMatchObject({ reservedUsd: '0', spentUsd: reservedUsd });
    const usage = (await (await ask(nextUrl, '/usage?groupBy=model')).json()) as { groups: unknown };
    expect(usage.groups).toMatchObject([{ key: 'claude-sonnet-5-5', requests: 1, costUsd: reservedUsd }]);
    const told = () => next.output.stderr.split('\n').find((each) => each.includes('"budget reconciled"'));
    await expect.poll(told).toBeDefined();
    expect(JSON.parse(told() ?? '')).toMatchObject({ tenantId: 'demo', outcome: 'lost', costUsd: reservedUsd });
  },
  SETTLED_WITHIN_MS * stretch() + 300_000,
);
