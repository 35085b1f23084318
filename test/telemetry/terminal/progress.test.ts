import { describe, expect, it } from 'vitest';
import { createProgress, type Progressed } from '../../../lib/telemetry/terminal/progress.ts';
import { newTenant } from '../../../lib/tenants/types.ts';
import { readBooks } from '../../../scripts/true-up/read-books.ts';
import { createFakeClock } from '../../fake-clock.ts';
import { ballast } from '../../local/cli/served.ts';
import { createShell } from '../../local/cli/shell.ts';

const runs = (done: number, of: number | null = 200): Progressed => ({ done, of, what: 'runs' });

it('of the books is told after each day of a tenant', async () => {
  const days: number[] = [];
  const books = {
    tenants: {
      async *list() {
        yield* ['a', 'b'].map((tenantId) => newTenant(tenantId, 0));
      },
    },
    usage: { async *inHour() {} },
  };
  for await (const _ of readBooks(books, '2026-11-01', '2026-11-03', () => days.push(days.length + 1)));
  expect(days).toEqual([1, 2, 3, 4, 5, 6]);
});

describe('how far long work is', () => {
  it('is a bar to a person, on one line that is taken away at the end', () => {
    const { shell, said } = createShell({ showsProgress: true });
    const progress = createProgress(shell, false);
    progress.at(runs(0));
    progress.at(runs(50));
    progress.at(runs(200));
    progress.end();
    expect(said.err.split('\r\u001b[K')).toEqual([
      '',
      '[------------------------]   0 %  0 of 200 runs',
      '[######------------------]  25 %  50 of 200 runs',
      '[########################] 100 %  200 of 200 runs',
      '',
    ]);
  });

  it('is a number where nobody knows how much there is, and no more than all', () => {
    const { shell, said } = createShell({ showsProgress: true });
    const progress = createProgress(shell, false);
    progress.at(runs(7, null));
    progress.at(runs(0, 0));
    progress.at(runs(300));
    expect(said.err).toContain('\u001b[K7 runs\r');
    expect(said.err).toContain('\u001b[K0 of 0 runs\r');
    expect(said.err).toContain('[########################] 100 %');
  });

  it('is a plain line every other second where nobody sits at it, and none of short work', async () => {
    const clock = createFakeClock();
    const { shell, said } = createShell({ clock });
    const progress = createProgress(shell, false);
    for (let done = 1; done <= 10; done += 1) {
      progress.at(runs(done));
      await clock.advance(500);
    }
    progress.note('(the connection broke)');
    progress.end();
    expect(said.err).toBe('5 of 200 runs\n9 of 200 runs\n');
  });

  it('is nowhere with --json, whoever reads', () => {
    for (const showsProgress of [true, false]) {
      const { shell, said } = createShell({ showsProgress });
      const progress = createProgress(shell, true);
      progress.at(runs(5));
      progress.note('(the connection broke)');
      progress.end();
      expect(said.err).toBe('');
    }
  });

  it('is shown of a long list, beside it', async () => {
    const page = (count: number, nextCursor: string | null) =>
      Response.json({
        runs: Array.from({ length: count }, () => ({ runId: 'run_1', createdAt: '2026-11-20T12:00:00.000Z' })),
        nextCursor,
      });
    const pages = [page(100, 'c1'), page(30, null)];
    const { out, err } = await ballast(['runs', '--limit', '130'], pages, { showsProgress: true });
    expect(err).toContain('[##################------]  76 %  100 of 130 runs');
    expect(err.endsWith('\u001b[K')).toBe(true);
    expect(out).not.toContain('#');
  });
});
