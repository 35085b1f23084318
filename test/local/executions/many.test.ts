import { StopDurableExecutionCommand } from '@aws-sdk/client-lambda';
import { expect, it } from 'vitest';
import { createStand, lateClock } from './stand.ts';

it('200 executions at once have their results, with at most 50 invocations at a time, the oldest first', async () => {
  let now = 0;
  let most = 0;
  const order: number[] = [];
  const stand = await createStand(async (input: { n: number }, context) => {
    now += 1;
    most = Math.max(most, now);
    order.push(input.n);
    try {
      const a = await context.step('a', async () => input.n);
      return await context.step('b', async () => a + 1_000);
    } finally {
      now -= 1;
    }
  });
  const numbers = Array.from({ length: 200 }, (_each, index) => index);
  const arns: string[] = [];
  for (const n of numbers) arns.push(await stand.start(`run-${n}`, { n }));
  await stand.ended(200);
  const results = await Promise.all(arns.map(async (arn) => (await stand.get(arn)).Result));
  expect(results).toEqual(numbers.map((n) => String(n + 1_000)));
  expect(most).toBeLessThanOrEqual(50);
  expect(order).toEqual(numbers);
});

it('what waits has no room of its own: more than 50 executions can wait at once, and each goes on', async () => {
  const ids: string[] = [];
  const stand = await createStand(async (_input, context) =>
    context.waitForCallback('ask', async (id) => void ids.push(id)),
  );
  const numbers = Array.from({ length: 80 }, (_each, index) => index);
  await Promise.all(numbers.map((n) => stand.start(`run-${n}`)));
  for (const n of numbers) await stand.suspended(`run-${n}`);
  await Promise.all(ids.map((id) => stand.succeed(id, 'yes')));
  await stand.ended(80);
  expect(stand.events.every(({ detail }) => detail.status === 'SUCCEEDED')).toBe(true);
});

it('invocations that hang hold up others only until their timeout', async () => {
  const clock = lateClock();
  let calls = 0;
  const stand = await createStand(() => new Promise(() => {}), {
    clock,
    functionTimeoutMs: 10_000,
    handler: () => {
      calls += 1;
      return new Promise(() => {});
    },
  });
  await Promise.all(Array.from({ length: 60 }, (_each, index) => stand.start(`run-${index}`)));
  await expect.poll(() => calls).toBe(50);
  await clock.advance(10_000);
  await expect.poll(() => calls).toBe(60);
});

it('an execution that is stopped while it waits for room is not invoked', async () => {
  const clock = lateClock();
  const names: string[] = [];
  const stand = await createStand(() => new Promise(() => {}), {
    clock,
    functionTimeoutMs: 10_000,
    handler: (event) => {
      names.push((event as { DurableExecutionArn: string }).DurableExecutionArn.split('/')[2] ?? '');
      return new Promise(() => {});
    },
  });
  await Promise.all(Array.from({ length: 50 }, (_each, index) => stand.start(`run-${index}`)));
  await expect.poll(() => names.length).toBe(50);
  const arn = await stand.start('stopped');
  await stand.start('next');
  await stand.client.send(new StopDurableExecutionCommand({ DurableExecutionArn: arn }));
  await clock.advance(10_000);
  await expect.poll(() => names).toContain('next');
  expect(names).not.toContain('stopped');
});
