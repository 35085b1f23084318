import type { ContentBlock } from '@anthropic-ai/sdk/resources/messages';
import type { Random } from '../../lib/kernel/clock.ts';
import { textBlock } from '../../local/simulated-claude/wire.ts';
import { reply, resetBeforeHeaders, type ScriptedAnswer, status, toolCalls } from '../upstream/answers.ts';
import { endAfter, errorEventAfter, resetAfter, stallAfter, withoutEvent } from '../upstream/broken.ts';

/** A request that works, and what the upstream answers it, one attempt after the other. */
export interface Work {
  readonly path: '/agent/run' | '/agent/runs' | '/v1/messages';
  readonly body: Readonly<Record<string, unknown>>;
  readonly stream: boolean;
  readonly answers: readonly ScriptedAnswer[];
  /** How it is ended while its last answer stalls; `null`: not. */
  readonly endedBy: 'leaving' | 'cancelling' | null;
}

/** A thing of the list, all of them alike. */
const oneOf = <T>(random: Random, list: readonly [T, ...T[]]): T => list[Math.floor(random() * list.length)] ?? list[0];
const upTo = (random: Random, most: number) => Math.floor(random() * (most + 1));
const chance = (random: Random, part: number) => random() < part;

/** Four characters a token, as of English prose. */
const prose = (random: Random): string => 'word '.repeat(4 + upTo(random, 60));

const usageOf = (random: Random, content: readonly ContentBlock[]) => {
  const cached = () => (chance(random, 0.5) ? upTo(random, 5_000) : 0);
  const hidden = content.some(({ type }) => type === 'thinking') ? upTo(random, 900) : 0;
  return {
    input: 20 + upTo(random, 3_000),
    output: Math.ceil(JSON.stringify(content).length / 5) + hidden,
    read: cached(),
    write5m: cached(),
    write1h: cached(),
  };
};

const contentOf = (random: Random): ContentBlock[] => [
  ...(chance(random, 0.3) ? [{ type: 'thinking' as const, thinking: '', signature: 'c2ln' }] : []),
  textBlock(prose(random)),
];

const answer = (random: Random): ScriptedAnswer => {
  const content = contentOf(random);
  return reply(content, { usage: usageOf(random, content) });
};

const calls = (random: Random): ScriptedAnswer => {
  const usage = usageOf(random, [textBlock(prose(random))]);
  const all = [{ name: 'calculate', input: { expression: '6*7' } }, { name: 'current_time' }];
  return toolCalls(all.slice(0, 1 + upTo(random, 1)), { usage });
};

/** One that the caller is not to notice, or that breaks it off. */
const broken = (random: Random): ScriptedAnswer => {
  const at = upTo(random, 8);
  return oneOf<() => ScriptedAnswer>(random, [
    () => status(529),
    () => status(500),
    () => status(429, { headers: { 'retry-after': '0' } }),
    () => resetBeforeHeaders(),
    () => endAfter(at, answer(random)),
    () => resetAfter(at, answer(random)),
    () => errorEventAfter(at, answer(random)),
    () => withoutEvent('message_stop', answer(random)),
  ])();
};

const several = (random: Random, most: number, make: (random: Random) => ScriptedAnswer): ScriptedAnswer[] =>
  Array.from({ length: upTo(random, most) }, () => make(random));

const ofGateway = (random: Random, stream: boolean) => ({
  model: oneOf(random, ['claude-sonnet-5-5', 'claude-haiku-4-5', 'claude-opus-5-5']),
  max_tokens: 2_000,
  ...(stream ? { stream: true } : {}),
  messages: [{ role: 'user', content: prose(random) }],
});

export const randomWork = (random: Random): Work => {
  const path = oneOf<Work['path']>(random, ['/agent/run', '/agent/run', '/agent/runs', '/v1/messages', '/v1/messages']);
  const stream = path !== '/agent/runs' && chance(random, 0.6);
  const isEnded = chance(random, 0.25) && (stream || path === '/agent/runs');
  const agent = oneOf(random, ['assistant', 'assistant', 'researcher']);
  const isGateway = path === '/v1/messages';
  const faults = several(random, chance(random, 0.2) ? 5 : 1, broken);
  const last = isEnded ? stallAfter(3 + upTo(random, 6), answer(random)) : answer(random);
  return {
    path,
    stream,
    body: isGateway ? ofGateway(random, stream) : { agent, task: prose(random) },
    answers: [...(isGateway ? [] : several(random, 2, calls)), ...faults, last],
    endedBy: isEnded ? (path === '/agent/runs' ? 'cancelling' : 'leaving') : null,
  };
};
