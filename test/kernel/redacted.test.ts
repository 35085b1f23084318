import { describe, expect, it } from 'vitest';
import { label, safe } from '../../lib/kernel/redacted.ts';

describe('redacted text', () => {
  it('is a template of the source with harmless values', () => {
    expect(safe`${label('claude-opus-5-5')} answered ${2} of ${3n}: ${true}, ${null}`).toBe(
      'claude-opus-5-5 answered 2 of 3: true, null',
    );
  });

  it.each([
    'run_01abc',
    'claude-opus-5-5',
    'anthropic/claude-opus-5-5',
    'Error',
    'a@b',
    'get.keyJson',
    'sk-tool',
    'ghost_writer',
    'task_live_1',
    'xoxo',
    'x'.repeat(128),
  ])('lets the identifier %j pass', (id) => {
    expect(label(id)).toBe(id);
  });

  it.each([
    ['a sentence', 'tell me a secret'],
    ['nothing', ''],
    ['a line break', 'run_01\nINFO'],
    ['what does not begin like a name', '-rf'],
    ['129 characters', 'x'.repeat(129)],
    ['letters of another script', 'ключ'],
    ['an Anthropic key', 'sk-ant-api03-abc'],
    ['an Anthropic key inside', 'key:sk-ant-api03-abc'],
    ['a key of ours', 'bk_0123456789'],
    ['a token', 'eyJhbGciOiJIUzI1NiJ9.e30.x'],
    ['a token behind a word', 'jwt:eyJhbGciOiJIUzI1NiJ9.e30.x'],
    ['a token whose header begins with white space', `ewogImFsZyI6IkhTMjU2In0.e30.${'x'.repeat(43)}`],
    ['an AWS key id', 'AKIAIOSFODNN7EXAMPLE'],
    ['an AWS key id for a while', 'ASIAIOSFODNN7EXAMPLE'],
    ['a GitHub key', `ghp_${'a1'.repeat(18)}`],
    ['a GitHub key in a path', `runs/github_pat_${'a1'.repeat(18)}`],
    ['a Google key', `AIza${'a1B'.repeat(11)}`],
    ['an OpenAI key', `sk-proj-${'a1'.repeat(20)}`],
    ['a Stripe key', `sk_live_${'a1'.repeat(12)}`],
    ['a Slack key', 'xoxb-1234567890-abcdefghij'],
    ['a GitLab key', `glpat-${'a1'.repeat(10)}`],
  ])('withholds %s', (_, text) => {
    expect(label(text)).toBe('(withheld)');
  });
});
