import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createPost } from '../../lib/alerts/targets/post.ts';
import { createDeadline } from '../../lib/kernel/deadline.ts';
import { createFakeClock, type FakeClock } from '../fake-clock.ts';
import { type Answer, type HttpTarget, startHttpTarget } from '../http-target.ts';
import { seededRandom } from '../seeded-random.ts';

let target: HttpTarget;
let clock: FakeClock;

beforeEach(async () => {
  target = await startHttpTarget();
  clock = createFakeClock();
});
afterEach(() => target.close());

/** Posts, moving the clock where only time can help: in a pause, and where the target has read and will not answer. */
const posted = async (limitMs = 22_000): Promise<{ readonly outcome: string; readonly tookMs: number }> => {
  using deadline = createDeadline(clock, limitMs);
  const began = clock.now();
  const readBefore = target.seen.length;
  let started = 0;
  let ended = 0;
  const counting: typeof fetch = (...request) => {
    started += 1;
    return fetch(...request).finally(() => (ended += 1));
  };
  let outcome: string | undefined;
  const message = { url: `${target.url}/hook`, headers: { 'content-type': 'application/json' }, body: '{"a":1}' };
  createPost({ fetch: counting, clock, random: seededRandom(7) })(message, deadline).then(
    () => (outcome = 'sent'),
    (error: Error) => (outcome = error.message),
  );
  while (outcome === undefined) {
    await new Promise((done) => setImmediate(done));
    const isRead = target.hanging && target.seen.length - readBefore === started;
    if (started === ended || isRead) await clock.advance(1_000);
  }
  return { outcome, tookMs: clock.now() - began };
};

describe('posting', () => {
  it('sends the body as it is', async () => {
    expect(await posted()).toMatchObject({ outcome: 'sent' });
    expect(target.seen).toMatchObject([{ method: 'POST', path: '/hook', body: '{"a":1}' }]);
    expect(clock.pending).toBe(0);
  });

  it.each<[string, Answer[], string, number]>([
    ['a failure that passes', [{ status: 500 }, { status: 204 }], 'sent', 2],
    ['a connection that is cut', ['cut', { status: 200 }], 'sent', 2],
    ['a target that is too busy', [{ status: 429, headers: { 'retry-after': '2' } }, { status: 200 }], 'sent', 2],
    ['a failure that lasts', [{ status: 503 }], 'The target answered 503.', 3],
    ['a refusal', [{ status: 404 }], 'The target answered 404.', 1],
    [
      'a target that wants to be left alone for long',
      [{ status: 503, headers: { 'retry-after': '3600' } }],
      'The target answered 503.',
      1,
    ],
  ])('of %s ends rightly, with so many tries', async (_what, answers, outcome, tries) => {
    target.script(...answers);
    expect(await posted()).toMatchObject({ outcome });
    expect(target.seen).toHaveLength(tries);
  });

  it('follows no redirect, which would carry the message elsewhere', async () => {
    target.script({ status: 302, headers: { location: `${target.url}/elsewhere` } });
    expect(await posted()).toMatchObject({ outcome: 'The target answered 302.' });
    expect(target.seen.map(({ path }) => path)).toEqual(['/hook']);
  });

  it('waits five seconds for an answer, three times, and never beyond its deadline', async () => {
    target.script('hang');
    const patient = await posted();
    expect(patient.outcome).toBe('The target did not answer.');
    expect(target.seen).toHaveLength(3);
    expect(patient.tookMs).toBeGreaterThanOrEqual(15_000);
    expect(patient.tookMs).toBeLessThanOrEqual(22_000);

    const before = target.seen.length;
    const hurried = await posted(3_000);
    expect(hurried.outcome).toBe('The target did not answer.');
    expect(target.seen.length - before).toBe(1);
    expect(hurried.tookMs).toBe(3_000);
  });
});
