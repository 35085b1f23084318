import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { createEventEraser } from '../../lib/runs/ended/erased-events.ts';
import type { RunEvent } from '../../lib/runs/log-entry.ts';
import { shownText } from '../durable-run/fake-log.ts';

const delta = (text: string): RunEvent => ({ event: 'text.delta', data: { text } });
const RESET: RunEvent = { event: 'text.reset', data: {} };
const SUCCEEDED: RunEvent = { event: 'run.succeeded', data: { output: 'b' } };
const FAILED: RunEvent = { event: 'run.failed', data: { code: 'internal' } };

const erase = (events: readonly RunEvent[]) => createEventEraser()(events);

it.each<[string, RunEvent[], RunEvent[]]>([
  ['the answer stays', [delta('a'), delta('b'), SUCCEEDED], [delta('a'), delta('b'), SUCCEEDED]],
  [
    'a text that was taken back goes',
    [delta('a'), RESET, delta('b'), SUCCEEDED],
    [delta(''), RESET, delta('b'), SUCCEEDED],
  ],
  ['a text that became no answer goes', [delta('a'), FAILED], [delta(''), FAILED]],
  [
    'the input of a tool goes',
    [{ event: 'approval.requested', data: { toolUseId: 't', tool: 'pay', input: { to: 'x' } } }, SUCCEEDED],
    [{ event: 'approval.requested', data: { toolUseId: 't', tool: 'pay', input: null } }, SUCCEEDED],
  ],
  [
    'a name that no tool has goes',
    [
      { event: 'tool.started', data: { toolUseId: 't', name: 'what I read: x' } },
      { event: 'tool.finished', data: { toolUseId: 't', name: 'pay', isError: false, durationMs: 1 } },
      SUCCEEDED,
    ],
    [
      { event: 'tool.started', data: { toolUseId: 't', name: '(withheld)' } },
      { event: 'tool.finished', data: { toolUseId: 't', name: 'pay', isError: false, durationMs: 1 } },
      SUCCEEDED,
    ],
  ],
  [
    'what nobody knows goes',
    [{ event: 'new', data: { text: 'x' } }, SUCCEEDED],
    [{ event: 'new', data: {} }, SUCCEEDED],
  ],
])('%s', (_title, events, left) => {
  expect(erase(events)).toEqual(left);
});

it('says the same however the events are cut into entries, adds up to the answer, and changes nothing twice', () => {
  const one = fc.oneof(fc.string().map(delta), fc.constant(RESET));
  fc.assert(
    fc.property(fc.array(one), fc.constantFrom(SUCCEEDED, FAILED), fc.infiniteStream(fc.nat(3)), (some, end, sizes) => {
      const events = [...some, end];
      const whole = erase(events);
      expect(shownText(whole)).toBe(end === SUCCEEDED ? shownText(events) : '');
      expect(erase(whole).every((event, at) => event === whole[at])).toBe(true);
      const eraser = createEventEraser();
      const parts: RunEvent[] = [];
      for (let to = events.length; to > 0;) {
        const from = Math.max(0, to - 1 - (sizes.next().value ?? 0));
        parts.unshift(...eraser(events.slice(from, to)));
        to = from;
      }
      expect(parts).toEqual(whole);
    }),
  );
});
