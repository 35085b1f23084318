import { expect, it } from 'vitest';
import type { Operation } from '../../../local/executions/operation.ts';
import { statePage } from '../../../local/executions/state-page.ts';

const HEAD = { functionName: 'work', name: 'run', id: 'itself', input: '{}', startedAt: 0, timeoutAt: 1 };
const step = (at: number): Operation => ({
  id: `step-${at}`,
  type: 'STEP',
  subType: 'Step',
  status: 'SUCCEEDED',
  name: 'step',
  startedAt: at,
  endedAt: at,
  attempt: 1,
  result: '1',
});

it.each([
  ['one operation fewer than there is room for', 998, [999]],
  ['as many as there is room for', 999, [1_000]],
  ['one more than there is room for', 1_000, [1_000, 1]],
  ['more than two pages', 2_500, [1_000, 1_000, 501]],
])('an execution with %s is read in pages, and each describes what is on it alone', (_, count, sizes) => {
  const operations = Array.from({ length: count }, (__, at) => step(at));
  const ids: unknown[] = [];
  const pages: number[] = [];
  for (let marker: string | null | undefined = null; marker !== undefined;) {
    let written = 0;
    const instant = (at: number) => ((written += 1), at);
    const page = statePage({ head: HEAD, operations: () => operations }, instant, { marker, maxItems: 5_000 });
    ids.push(...page.Operations.map(({ Id }) => Id));
    pages.push(page.Operations.length);
    // Each was begun and has ended; the execution itself was begun.
    expect(written).toBeLessThanOrEqual(2 * page.Operations.length + 1);
    marker = page.NextMarker;
  }
  expect(pages).toEqual(sizes);
  expect(ids).toEqual(['itself', ...operations.map(({ id }) => id)]);
});
