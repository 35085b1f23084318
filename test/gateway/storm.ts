import { setTimeout as pause } from 'node:timers/promises';
import type { Random } from '../../lib/kernel/clock.ts';
import { withGaps } from '../../local/simulated-claude/faults.ts';
import type { Caller } from '../api/fleet.ts';
import type { TestServer } from '../api/start-server.ts';
import { reply, type ReplyOptions, type ScriptedAnswer } from '../upstream/answers.ts';
import type { SeenRequest } from '../upstream/recorder.ts';
import { postStream } from './ask.ts';
import { streamReader } from './read-stream.ts';

/** What a client does with its stream: it leaves after so long, before it has heard anything, or after so many events, or never. */
export type Fate = { readonly leavesAfterMs: number } | { readonly leavesAfterEvents: number };

/** How it came out for the client; `left`: by itself, before any status. */
export interface Outcome {
  readonly status: number | 'left';
  readonly last: string | null;
}

const EVENTS = 25;

/** A fate by chance: two thirds of all clients leave, those that may at any time even before they have an answer. */
export const fateBy = (random: Random, mayLeaveEarly: boolean): Fate => {
  const chance = random();
  if (chance < 1 / 3) return { leavesAfterEvents: Infinity };
  if (chance < 2 / 3 || !mayLeaveEarly) return { leavesAfterEvents: 1 + Math.floor(random() * EVENTS) };
  return { leavesAfterMs: random() * 300 };
};

/** Twenty pieces of text, a pause before each: long enough that clients leave in the middle. */
const pieces =
  (usage: NonNullable<ReplyOptions['usage']>): ScriptedAnswer =>
  (asked) =>
    withGaps(reply('x'.repeat(480), { usage })(asked), 5);

export const slowly = pieces({ input: 100, output: 40 });

/** At all times of the same price as that of the others, with one price of cache reads. */
export const COUNTED_MODEL = 'claude-sonnet-5';
/** The same, and of the same cost if that model is asked, input alone as well. */
export const slowlyCached = pieces({ input: 60, write5m: 24, read: 100, output: 40 });
/** What that counts as against a limit of tokens, for which cache reads are free; and its input alone. */
export const USED = 124;
export const LEAST_USED = 84;

/** A prompt that names its tenant, by which the upstream's requests are told apart. */
export const named = ({ tenantId }: Caller, text = '') => ({
  messages: [{ role: 'user', content: `[${tenantId}]${text}` }],
});

/** Asks in the name of its tenant, and meets its fate. */
export const meet = async (caller: Caller, fate: Fate, server: TestServer, over: object = {}): Promise<Outcome> => {
  const leave = new AbortController();
  let status: Outcome['status'] = 'left';
  let last: string | null = null;
  try {
    const asking = postStream(caller, { ...named(caller), ...over }, { server, signal: leave.signal });
    if ('leavesAfterMs' in fate) void pause(fate.leavesAfterMs).then(() => leave.abort());
    const response = await asking;
    ({ status } = response);
    if (!response.ok) {
      await response.text();
      return { status, last };
    }
    const reader = streamReader(response);
    const most = 'leavesAfterEvents' in fate ? fate.leavesAfterEvents : Infinity;
    for (let heard = 0; heard < most; heard += 1) {
      const event = await reader.next();
      if (event === undefined) return { status, last };
      last = event.event;
    }
    leave.abort();
  } catch (error) {
    if (!leave.signal.aborted) throw error;
  }
  return { status, last };
};

export const seenOf = (requests: readonly SeenRequest[], { tenantId }: Caller): SeenRequest[] =>
  requests.filter(({ path, raw }) => path === '/v1/messages' && raw.includes(`[${tenantId}]`));
