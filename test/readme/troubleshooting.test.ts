import { describe, expect, it } from 'vitest';
import { RUNBOOK } from '../../lib/alerts/alarm/runbook.ts';
import { openApi } from '../../lib/api/openapi.ts';
import { ConfigSchema } from '../../lib/config.ts';
import { PROBLEMS } from '../../lib/http/response/problem.ts';
import { titleOf } from '../../lib/telemetry/log-events.ts';
import { METRICS } from '../../lib/telemetry/metrics/metric-names.ts';
import { SAMPLES } from '../telemetry/events.ts';
import { blocksOf, codes, read } from './markdown.ts';

const PAGE = read('docs/troubleshooting.md');

/** A section, from its heading to the next. */
const sectionOf = (heading: string): string => {
  const [, after = ''] = PAGE.text.split(`\n## ${heading}\n`);
  return after.split('\n## ')[0] ?? '';
};

/** What an operator sees, by the section that begins with it. */
const SYMPTOMS = {
  slow: 'It is slow',
  dear: 'It costs too much',
  refused: 'It is refused',
  stuck: 'It is stuck',
  memory: 'It runs out of memory',
  'rate-limited': 'It is rate-limited',
  cold: 'The first request is slow',
};

describe('each symptom', () => {
  it.each(Object.entries(SYMPTOMS))('%s has a section that begins with the command to look', (_symptom, heading) => {
    const text = sectionOf(heading);
    const [first] = blocksOf({ path: PAGE.path, text });
    expect(first?.language).toBe('sh');
    expect(first?.text).toMatch(/^npx ballast \w/);
    // Nothing is said before it but why a test does not run it.
    expect(
      text
        .slice(0, text.indexOf('```sh'))
        .replace(/<!--.*?-->/s, '')
        .trim(),
    ).toBe('');
    // And after it what to do.
    expect(text.slice(text.indexOf('```', text.indexOf('```sh') + 5)).length).toBeGreaterThan(200);
  });
});

/** Words of texts as names: `RunAnswer`, `retryAfterMs`, `x-api-key`. */
const namesIn = (text: string): string[] => text.match(/[A-Za-z][\w.-]*/g) ?? [];

const FIELDS = ['durationMs', 'cold_start', 'function_request_id', 'requestId', 'firstContentMs'];
/** Names of HTTP and of osls, and what `find` says of a function that was killed (`find-killed.test.ts`). */
const OF_OTHERS = ['Retry-After', 'provisionedConcurrency', 'out of time after 10 s'];
const LINES = ['request', 'request refused', 'request failed', 'request abandoned'];
/** Of tools, of agents and of what the page itself shows. */
const ELSEWHERE = [read('docs/agents.md').text, read('docs/cli.md').text, read('serverless.yml').text];

/** Everything by a name that the code has. */
const KNOWN = new Set([
  ...[METRICS, RUNBOOK, ConfigSchema.shape, PROBLEMS].flatMap((named) => Object.keys(named)),
  ...Object.values(SAMPLES).flatMap((event) => [titleOf(event.type), ...Object.keys(event)]),
  ...FIELDS,
  ...LINES,
  ...OF_OTHERS,
  ...namesIn(JSON.stringify(openApi('0', 1))),
  ...ELSEWHERE.flatMap(namesIn),
]);

/** What a page names in back-quotes that nothing has. */
const unknownIn = (text: string): string[] =>
  codes(text.replaceAll(/^```[\s\S]*?^```$/gm, ''))
    .filter((code) => !code.startsWith('npx ballast ') && /^[A-Za-z_][\w. -]*$/.test(code))
    .filter((code) => !KNOWN.has(code) && !code.split(' ').every((word) => KNOWN.has(word)));

it('each log line, field, metric, code and setting that the page names is there', () => {
  expect(unknownIn(PAGE.text)).toEqual([]);
  expect(codes(PAGE.text).length).toBeGreaterThan(80);
});

it.each(['NoSuchMetric', 'noSuchField', 'NO_SUCH_SETTING', 'nothing-spent'])('%s would be found', (name) => {
  expect(unknownIn(`See \`${name}\`.`)).toEqual([name]);
});
