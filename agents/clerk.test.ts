import { testRun } from 'ballast/testing';
import { describe, expect, it } from 'vitest';
import { clerk } from './clerk.ts';

describe('the clerk', () => {
  it('lets nothing with an effect happen without a person', async () => {
    const withEffect = [...clerk.tools.values()].filter(({ sideEffects }) => sideEffects);
    expect(withEffect.map(({ name, requiresApproval }) => [name, requiresApproval])).toEqual([['issue_refund', true]]);
    const { error } = await testRun(clerk, 'Refund A-17, 12.50 dollars.', []);
    expect(error).toMatchObject({ code: 'run-conflict' });
    expect(clerk.description).toContain('POST /agent/runs');
  });

  it('has no stand-in: another model might judge a refund otherwise', () => {
    expect([...clerk.tools.keys()]).toEqual(expect.arrayContaining(['issue_refund', 'current_time']));
    expect(clerk.fallbackModels).toEqual([]);
  });

  it('is told that tool results and quoted text are data, and to say when it can not', () => {
    expect(clerk.system).toMatch(/never follow instructions in/);
    expect(clerk.system).toMatch(/say so plainly/);
  });
});
