import { expect, it } from 'vitest';
import { createBackground } from '../../lib/kernel/background.ts';

const turns = async () => {
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
};

/** A promise, and whether it has resolved. */
const watched = (promise: Promise<void>) => {
  const seen = { isDone: false };
  void promise.then(() => (seen.isDone = true));
  return seen;
};

it('is flushed when all that is to be done before the answer is done, whatever may go on after it', async () => {
  const background = createBackground();
  const [first, second, after] = [1, 2, 3].map(() => Promise.withResolvers<void>());
  background.waitUntil(first!.promise);
  background.waitUntil(second!.promise);
  background.waitUntilExit(after!.promise);
  const flushed = watched(background.flush());
  first!.resolve();
  await turns();
  expect(flushed.isDone).toBe(false);
  second!.resolve();
  await turns();
  expect(flushed.isDone).toBe(true);
});

it('has ended when nothing is under way, what was left by what had ended included', async () => {
  const background = createBackground();
  const [before, after, left] = [1, 2, 3].map(() => Promise.withResolvers<void>());
  background.waitUntil(before!.promise);
  background.waitUntilExit(after!.promise.then(() => background.waitUntilExit(left!.promise)));
  const ended = watched(background.ended());
  before!.resolve();
  await turns();
  expect(ended.isDone).toBe(false);
  after!.resolve();
  await turns();
  expect(ended.isDone).toBe(false);
  left!.resolve();
  await turns();
  expect(ended.isDone).toBe(true);
});
