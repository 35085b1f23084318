import fc from 'fast-check';
import { expect, it } from 'vitest';
import { limitKindOf } from '../../../lib/model-call/keys/limit-kind.ts';
import { REQUEST } from '../parts.ts';

const kindOf = (members: object, betas?: string) =>
  limitKindOf(
    { ...REQUEST, ...members },
    {
      headers: betas === undefined ? {} : { 'anthropic-beta': betas },
    },
  );

it.each([
  ['nothing of its own', {}, undefined, 'standard'],
  ['members that say the same', { speed: 'standard', service_tier: 'auto' }, '', 'standard'],
  ['members that are empty', { speed: null, service_tier: null }, undefined, 'standard'],
  ['fast mode', { speed: 'fast' }, 'fast-mode-2026-02-01', 'fast'],
  ['a speed of tomorrow', { speed: 'turbo' }, undefined, 'other-speed'],
  ['the standard tier alone', { service_tier: 'standard_only' }, undefined, 'standard-only'],
  ['a tier of tomorrow', { service_tier: 'flex' }, undefined, 'other-tier'],
  ['a long context', {}, 'context-1m-2025-08-07', 'context-1m'],
  ['both', { speed: 'fast' }, 'fast-mode-2026-02-01, context-1m-2027-01-01', 'fast.context-1m'],
  ['betas of coding agents', {}, 'claude-code-20250219,interleaved-thinking-2025-05-14,effort-2025-11-24', 'standard'],
  ['a beta of tomorrow', {}, 'claude-code-20250219,tomorrow-2027-01-01', 'other-beta'],
  ['what no member can be', { speed: { fast: 1 }, service_tier: ['auto'] }, undefined, 'other-speed.other-tier'],
])('a request with %s is of a kind of its own', (_, members, betas, kind) => {
  expect(kindOf(members, betas)).toBe(kind);
});

it('no client can make up kinds without end', () => {
  const kinds = new Set<string>();
  fc.assert(
    fc.property(fc.anything(), fc.anything(), fc.string(), (speed, service_tier, betas) => {
      const kind = kindOf({ speed, service_tier }, betas);
      kinds.add(kind);
      expect(kind).toMatch(/^[a-z0-9][a-z0-9.-]{0,60}$/);
    }),
    { seed: 20261129, numRuns: 2_000 },
  );
  expect(kinds.size).toBeLessThanOrEqual(3 * 4 * 2 * 2);
});

it.each(['constructor', 'toString', '__proto__'])('%s is no kind that somebody named', (name) => {
  expect(kindOf({ speed: name, service_tier: name })).toBe('other-speed.other-tier');
});
