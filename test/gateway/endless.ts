import type { Step } from '../../local/simulated-claude/steps.ts';
import { encodeEvent } from '../../local/simulated-claude/wire.ts';
import type { Caller } from '../api/fleet.ts';
import type { TestServer } from '../api/start-server.ts';
import { reply, type ScriptedAnswer } from '../upstream/answers.ts';
import type { ScriptedUpstream } from '../upstream/start-scripted-upstream.ts';
import { exchanges } from './ask.ts';

export const DELTA_BYTES = 128 * 1024;
export const DELTAS = 500;
/** What two loopback connections and the streams between them may hold, less than the whole. */
export const BUFFERED_BYTES = 48 * 1024 * 1024;

const DELTA = encodeEvent({
  type: 'content_block_delta',
  index: 0,
  delta: { type: 'text_delta', text: 'x'.repeat(DELTA_BYTES) },
});

/** 64 MB of text, made while it is taken. */
export const endless: ScriptedAnswer = function* (asked): Generator<Step> {
  for (const step of reply('x')(asked)) {
    if (step.do !== 'send' || step.piece !== 'content_block_delta') yield step;
    else for (let each = 0; each < DELTAS; each += 1) yield { ...step, bytes: DELTA };
  }
};

/** Waits until an answer that nobody reads stands still, and tells how many events of it were taken. */
export const standstill = async (
  upstream: ScriptedUpstream,
  index: number,
  caller: Caller,
  server?: TestServer,
): Promise<number> => {
  const taken = () => upstream.requests[index]?.sent.length ?? 0;
  for (let before = -1; before !== taken();) {
    before = taken();
    // Whole exchanges meanwhile: a server that read on would have taken more.
    await exchanges(server === undefined ? caller : { ask: (target, init) => caller.ask(target, init, server) }, 10);
  }
  return taken();
};
