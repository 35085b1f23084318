import { describe, expect, it } from 'vitest';
import { CAPABILITIES, capabilityOf, type Refused } from '../../../lib/model-call/translate/capabilities.ts';
import { PUBLISHED_PRICES } from '../../../lib/pricing/prices.ts';

const takersOf = (refused: Refused) =>
  Object.keys(CAPABILITIES).filter((model) => !capabilityOf(model).refuses.has(refused));

describe('the capability table', () => {
  it('has a row for each model that has a price, and for no other', () => {
    expect(Object.keys(CAPABILITIES).sort()).toEqual(Object.keys(PUBLISHED_PRICES).sort());
  });

  it('knows a dated id by its family', () => {
    expect(capabilityOf('claude-haiku-4-5-20251001')).toBe(capabilityOf('claude-haiku-4-5'));
    expect(capabilityOf('claude-haiku-4-5').refuses).not.toContain('prefill');
  });

  it('takes a model without a row for one that refuses all that any model refuses', () => {
    const { refuses, efforts } = capabilityOf('claude-of-a-later-day');
    for (const row of Object.values(CAPABILITIES))
      expect([...refuses]).toEqual(expect.arrayContaining([...row.refuses]));
    expect(efforts).toEqual([]);
  });

  it.each<[Refused, readonly string[]]>([
    ['prefill', ['claude-opus-4-5', 'claude-sonnet-4-5', 'claude-haiku-4-5']],
    ['sampling', ['claude-opus-4-6', 'claude-opus-4-5', 'claude-sonnet-4-6', 'claude-sonnet-4-5', 'claude-haiku-4-5']],
    ['between-tools', ['claude-sonnet-5-5']],
  ])('names the only models that take %s', (refused, takers) => {
    expect(takersOf(refused)).toEqual(takers);
  });
});
