import { expect, it } from 'vitest';
import { nearestName } from '../../lib/kernel/nearest-name.ts';

const FIELDS = ['task', 'agent', 'model', 'messages', 'maxModelCalls', 'maxCostUsd', 'timeoutMs', 'userId'];

it.each([
  ['max_cost_usd', 'maxCostUsd'],
  ['maxcostusd', 'maxCostUsd'],
  ['maxCostUSd', 'maxCostUsd'],
  ['maxModelCall', 'maxModelCalls'],
  ['maxModleCalls', 'maxModelCalls'],
  ['timeoutMS', 'timeoutMs'],
  ['message', 'messages'],
  ['tasks', 'task'],
  ['ask', 'task'],
  ['user_id', 'userId'],
])('%s is taken for %s', (name, meant) => {
  expect(nearestName(name, FIELDS)).toBe(meant);
});

it.each(['', 'prompt', 'as', 'temperature', 'maxTokens', 'x'.repeat(1_000)])('%j is taken for nothing', (name) => {
  expect(nearestName(name, FIELDS)).toBeNull();
});

it('guesses no numbers', () => {
  expect(nearestName('claude-sonnet-5-6', ['claude-sonnet-5-5'])).toBeNull();
  expect(nearestName('claude-sonet-5-5', ['claude-sonnet-5-5', 'claude-sonnet-4-5'])).toBe('claude-sonnet-5-5');
});

it('chooses none of two that are as near', () => {
  expect(nearestName('cart', ['card', 'care'])).toBeNull();
});
