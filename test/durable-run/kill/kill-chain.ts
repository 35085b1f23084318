import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'vitest';
import type { Random } from '../../../lib/kernel/clock.ts';
import { SLOT_LIFE_MS } from '../../../lib/rate-limit/held-slot.ts';
import { stretch } from '../../stretched.ts';
import type { SeenRequest } from '../../upstream/recorder.ts';
import { checkRun } from './check-run.ts';
import { createTenant, driveRun, type TestTenant } from './drive-run.ts';
import type { KillPoint } from './kill-points.ts';
import { leftBehind } from './left-behind.ts';
import { saidTo, startScriptedModel, turnByCount } from './scripted-model.ts';
import { fastClock, supervise, type Supervised } from './supervised.ts';

/** Short, so that what was reserved by a process that is no more is settled soon. */
const LIMITS = { RUN_TIMEOUT_MS: '40000', STREAM_TIMEOUT_MS: '40000' };

/** The slot of a process that is no more comes back by itself. */
const SLOT_GONE_MS = SLOT_LIFE_MS + 1_000;

/** Where a run is killed: at a point, at any time once or twice, or never. */
export type Killing = KillPoint | { readonly random: Random } | null;

export const titleOf = (killing: Killing): string => {
  if (killing === null) return 'never killed';
  return 'random' in killing ? 'killed at any time' : `killed ${killing.when} ${killing.kind} ${killing.nth}`;
};

/** The machine's time in which a run that is not killed ends. */
const RUN_MS = 1_500;

const killAtRandom = async (server: Supervised, random: Random): Promise<void> => {
  const before = server.kills;
  for (let kills = random() < 0.5 ? 1 : 2; kills > 0; kills -= 1) {
    await pause(random() * RUN_MS * stretch());
    server.kill();
    await expect.poll(() => server.kills - before, { interval: 10 }).toBeGreaterThan(0);
    await server.url();
  }
};

const isAbout = (task: string) => (request: SeenRequest) => saidTo(request).split('\n')[0] === task;

/** Runs one after the other on one data directory, each killed and gone on with. Resolves with all that was sent. */
export const killChain = async (killings: readonly Killing[], name: string): Promise<readonly string[]> => {
  const clock = fastClock();
  const upstream = await startScriptedModel(clock, turnByCount);
  await using server = await supervise({ clock, env: { ANTHROPIC_BASE_URL: upstream.url, ...LIMITS } });
  const tenants: TestTenant[] = [];
  const failures: Error[] = [];

  const once = async (killing: Killing, index: number): Promise<void> => {
    const [task, title] = [`${name} ${index}`, titleOf(killing)];
    const tenant = await createTenant(server, `killed-${index}`, { maxConcurrentRuns: 1 });
    tenants.push(tenant);
    const { kills } = server;
    const at = killing !== null && 'kind' in killing ? killing : null;
    const killed = killing !== null && 'random' in killing ? killAtRandom(server, killing.random) : null;
    const driven = await driveRun(server, tenant, at, task);
    await killed;
    // Some of it comes after the end of the run was seen.
    if (at !== null) await expect.poll(() => server.kills - kills, { interval: 10, message: title }).toBe(1);
    const requests = upstream.requests.filter(isAbout(task));
    await checkRun(server, { ...driven, tenant, requests, kills: server.kills - kills }, title);
  };
  try {
    for (const [index, killing] of killings.entries())
      await once(killing, index).catch((error: unknown) => failures.push(error as Error));
    expect(failures).toEqual([]);
    for (const { ask, tenantId } of tenants)
      await expect
        .poll(async () => (await ask('GET', '/usage/budget')).body['day'], { interval: 200, message: tenantId })
        .toMatchObject({ reservedUsd: '0' });
    await expect.poll(() => server.executionsRunning(), { interval: 50 }).toEqual([]);
    const sends = server.sends();
    await server.stop();
    expect(await leftBehind(server.directory, clock.now() + SLOT_GONE_MS)).toEqual([]);
    return sends;
  } finally {
    await upstream.close();
  }
};
