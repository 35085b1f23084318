import { afterAll, beforeAll, expect, it } from 'vitest';
import { type FleetOfOne, startFleetOfOne } from '../api/fleet.ts';
import { rawStream } from '../upstream/answers.ts';
import { post } from './ask.ts';
import { RECORDINGS } from './recordings.ts';

let fleet: FleetOfOne;
beforeAll(async () => {
  fleet = await startFleetOfOne();
});
afterAll(() => fleet[Symbol.asyncDispose]());

const EXACT = RECORDINGS.filter(({ content }) => content !== undefined);

it.each(EXACT)('a recording of $title is told to a client that asks for JSON as it stood there', async (recording) => {
  const caller = await fleet.addTenant();
  fleet.upstream.script('*', [rawStream(recording.pieces)]);
  const text = await (await post(caller)).text();
  expect(text).toContain(`"content":${recording.content ?? ''}`);
});
