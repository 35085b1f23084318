import { describe, expect, it } from 'vitest';
import { RUNBOOK, runbookName } from '../../lib/alerts/alarm/runbook.ts';
import { read } from '../readme/markdown.ts';

/** A section without its heading, on one line, links as their words. */
const sectionOf = (name: string): string => {
  const [, after = ''] = read('docs/alarms.md').text.split(`\n### ${name}\n`);
  const [own = ''] = after.split(/^##+ /m);
  return own
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replaceAll(/\s+/g, ' ')
    .trim();
};

describe('the runbook', () => {
  it.each(Object.entries(RUNBOOK))('says of %s what its section in docs/alarms.md says', (name, entry) => {
    const section = sectionOf(name);
    const head = `Severity: ${entry.severity}. Look: \`${entry.look}\`. `;
    expect(section.slice(0, head.length)).toBe(head);
    expect(section.slice(head.length)).toMatch(new RegExp(`^${RegExp.escape(entry.means)}`));
    expect(section).toContain(entry.action);
  });

  it('leads from each alarm to somewhere: a sentence that is whole, and no word of what is not in the message', () => {
    for (const [name, { action, means }] of Object.entries(RUNBOOK)) {
      expect([name, action]).toEqual([name, expect.stringMatching(/[.?]$/) as string]);
      expect([name, action, means].join(' ')).not.toMatch(/\b(below|above here|as follows)\b|:$/);
    }
  });

  it.each([
    ['ballast-dev-errors', 'errors'],
    ['ballast-dev-gateway-errors', 'gateway-errors'],
    ['ballast-prod-eu-lambda-errors-2', 'lambda-errors'],
    ['ballast-local-latency-p95', 'latency-p95'],
    ['other-dev-errors', null],
    ['ballast-errors', null],
    ['ballast-dev-unknown', null],
    ['ballast-dev-toString', null],
  ])('of %s is that of %s', (alarm, name) => {
    expect(runbookName(alarm)).toBe(name);
  });
});
