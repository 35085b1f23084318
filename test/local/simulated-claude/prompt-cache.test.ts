import { describe, expect, it } from 'vitest';
import { createPromptCache } from '../../../local/simulated-claude/prompt-cache.ts';
import type { Segment } from '../../../local/simulated-claude/tokens.ts';

const segment = (content: string, ttl: Segment['ttl'] = null): Segment => ({ content, tokens: 10, ttl });
const clock = { now: () => 0 };

describe('the prompt cache', () => {
  it('looks back twenty segments from a breakpoint, and no further', () => {
    const first = [segment('start', '5m')];
    const after = (count: number) => [
      segment('start'),
      ...Array.from({ length: count }, (_, at) => segment(`turn ${at}`, at === count - 1 ? '5m' : null)),
    ];
    for (const [count, read] of [
      [20, 10],
      [21, 0],
    ] as const) {
      const cache = createPromptCache(clock);
      cache.charge('owner', first);
      expect(cache.charge('owner', after(count))).toMatchObject({ read, write5m: count * 10 + 10 - read });
    }
  });

  it('forgets its oldest prefix beyond a thousand', () => {
    const cache = createPromptCache(clock);
    const prompt = (at: number) => [segment(`prompt ${at}`, '1h')];
    for (let at = 0; at <= 1000; at += 1) cache.charge('owner', prompt(at));
    expect(cache.charge('owner', prompt(1))).toMatchObject({ read: 10, write1h: 0 });
    expect(cache.charge('owner', prompt(0))).toMatchObject({ read: 0, write1h: 10 });
  });
});
