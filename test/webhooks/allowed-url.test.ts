import { expect, it } from 'vitest';
import { areHostPatterns, hostPatternsIn } from '../../lib/kernel/forms/host-patterns.ts';
import { webhookIssue } from '../../lib/webhooks/allowed-url.ts';

const HOSTS = hostPatternsIn(' hooks.example.com, *.Example.org,,localhost ');

it.each([
  'https://hooks.example.com/ballast?tenant=1',
  'https://HOOKS.example.com:8443',
  'https://a.example.org',
  'https://a.b.example.org/x',
  'http://localhost:8000/hook',
])('%s is allowed', (url) => {
  expect(webhookIssue(url, HOSTS)).toBeNull();
});

it.each([
  'https://other.example.com',
  'https://example.org',
  'https://aexample.org',
  'https://hooks.example.com.evil.com',
  'https://hooks.example.com.',
  'https://127.0.0.1',
  'https://[::1]',
  'https://2130706433/',
  'https://0x7f000001/',
  'https://0177.0.0.1/',
  'https://169.254.169.254/latest/meta-data',
  'https://evil.com#hooks.example.com',
  'https://evil.com/hooks.example.com',
])('%s is of another host', (url) => {
  expect(webhookIssue(url, HOSTS)).toMatch(/WEBHOOK_HOSTS/);
});

it.each([
  'http://hooks.example.com',
  'https://user@hooks.example.com',
  'https://user:pass@hooks.example.com',
  'https://hooks.example.com@evil.com',
  'ftp://hooks.example.com',
  'javascript:alert(1)',
  '/hook',
  '',
])('%s is no https URL without credentials', (url) => {
  expect(webhookIssue(url, HOSTS)).toBe('must be an https URL without credentials');
});

it('nothing is allowed where the setting names no host, and the answer names the setting', () => {
  expect(webhookIssue('https://hooks.example.com', hostPatternsIn(''))).toMatch(/WEBHOOK_HOSTS/);
});

it.each(['a.example.com', '*.example.com', 'a.example.com, *.b.example', 'localhost', '[::1]', '127.0.0.1', ''])(
  'the setting may be %s',
  (text) => expect(areHostPatterns(text)).toBe(true),
);
it.each(['*', '*.com', 'https://example.com', 'example.com/x', 'example.com:443', 'a.*.example.com', 'exa mple.com'])(
  'the setting may not be %s',
  (text) => expect(areHostPatterns(text)).toBe(false),
);
