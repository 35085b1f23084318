import { describe, expect, it } from 'vitest';
import { readTraceparent, spanIdOf, traceparentOf } from '../../lib/kernel/ids/trace-context.ts';

const TRACE = 'ab'.repeat(16);
const SPAN = 'cd'.repeat(8);

describe('a traceparent', () => {
  it.each([
    [`00-${TRACE}-${SPAN}-01`, true],
    [`00-${TRACE}-${SPAN}-00`, false],
    // Other flags may come to mean something, and so may members behind them.
    [`00-${TRACE}-${SPAN}-03`, true],
    [`00-${TRACE}-${SPAN}-02`, false],
    [`01-${TRACE}-${SPAN}-01-more`, true],
  ])('%s says who called, and whether it is recorded', (header, sampled) => {
    expect(readTraceparent(header)).toEqual({ traceId: TRACE, parentId: SPAN, sampled });
  });

  it.each([
    undefined,
    '',
    'nonsense',
    `ff-${TRACE}-${SPAN}-01`,
    `00-${'0'.repeat(32)}-${SPAN}-01`,
    `00-${TRACE}-${'0'.repeat(16)}-01`,
    `00-${TRACE.toUpperCase()}-${SPAN}-01`,
    `00-${TRACE}-${SPAN}-0`,
    `00-${TRACE}-${SPAN}-011`,
  ])('%s is none', (header) => {
    expect(readTraceparent(header)).toBeNull();
  });
});

it('is sent on with the span of whoever sends it, the same in every process', () => {
  const sent = traceparentOf({ traceId: TRACE, sampled: true }, 'run_1:1:1');
  expect(sent).toBe(`00-${TRACE}-${spanIdOf('run_1:1:1')}-01`);
  expect(readTraceparent(sent)).toEqual({ traceId: TRACE, parentId: spanIdOf('run_1:1:1'), sampled: true });
  expect(traceparentOf({ traceId: TRACE, sampled: false }, 'run_1:1:1')).toMatch(/-00$/);
  expect(spanIdOf('run_1:1:1')).not.toBe(spanIdOf('run_1:1:2'));
});
