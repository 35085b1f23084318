import { expect, it } from 'vitest';
import type { Result } from '../../lib/circuit-breaker/decision.ts';
import { createEntry } from '../../lib/circuit-breaker/entry.ts';
import type { MessagesApi } from '../../lib/claude/messages-api.ts';
import { supervisedAttempt } from '../../lib/claude/supervised-attempt.ts';
import { withCircuit } from '../../lib/claude/with-circuit.ts';
import { sleep } from '../../lib/kernel/clock.ts';
import { LIMITS, REQUEST, setting } from './parts.ts';
import { begin, grow, parse, start, type Said } from './stream-events.ts';

/** What the circuit is told of an answer that broke off after its reader had held its deltas for so long each. */
const toldOfCut = async (holds: readonly number[]): Promise<Result[]> => {
  const { clock, context } = setting('http://unused');
  const deltas = holds.map(() => grow(0, 'text_delta', { text: 'x' }));
  const said: readonly Said[] = [start(), begin(0, { type: 'text', text: '' }), ...deltas];
  const api: MessagesApi = {
    async stream() {
      const events = async function* () {
        for (const event of said) {
          const { type } = parse(event);
          yield { bytes: Buffer.alloc(0), event: type, data: JSON.stringify(event) };
        }
        throw Object.assign(new Error('reset'), { code: 'ECONNRESET' });
      };
      return { requestId: null, events: events() };
    },
    countTokens: () => Promise.reject(new Error('counted')),
  };
  const told: Result[] = [];
  const circuits = { enter: async () => createEntry(false, async (result) => void told.push(result)) };
  const left = [...holds];
  const sink = {
    ...context.sink,
    event: (_event: unknown, type: string) => {
      if (type !== 'content_block_delta') return undefined;
      return sleep(clock, left.shift() ?? 0, context.deadline.signal);
    },
  };
  const attempt = withCircuit({ circuits })(supervisedAttempt({ api, clock, limits: LIMITS }));
  const outcome = attempt(REQUEST, { ...context, sink });
  await clock.advance(holds.reduce((sum, each) => sum + each, 0));
  expect(await outcome).toMatchObject({ ok: false, fault: { kind: 'cut' } });
  return told;
};

it.each([
  ['was never held back counts against the model', [], 'failure'],
  ['was held back for a moment counts against the model', [999], 'failure'],
  ['was held back for moments, however many, counts against the model', [600, 600, 600], 'failure'],
  ['was held back for a second says nothing of the model', [1_000], 'neutral'],
  ['was held back for long, and then for a moment, says nothing of the model', [30_000, 5], 'neutral'],
] as const)('an answer that breaks off after it %s', async (_title, holds, expected) => {
  expect(await toldOfCut(holds)).toEqual([expected]);
});
