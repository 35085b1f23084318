import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Template } from '../../scripts/compiled-template.ts';
import { cost } from '../../scripts/cost.ts';
import { compileStage } from '../../scripts/cost/compile-stage.ts';
import { costReport, withFigures } from '../../scripts/cost/cost-report.ts';
import { totalOf } from '../../scripts/cost/idle-month.ts';
import { AS_OF, PRICES } from '../../scripts/cost/prices.ts';
import { readTemplate } from '../../scripts/cost/read-template.ts';
import { dropUnused } from '../../scripts/optional-secrets.ts';
import { read, tableOf } from '../readme/markdown.ts';
import { packaged, packagedTemplate, ROOT, type Stage } from '../template/packaged.ts';

const folder = mkdtempSync(join(tmpdir(), 'ballast-cost-'));
const file = (name: string) => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const OPTIONS = { requests: 1_000_000, durationMs: 8_000, idleMs: 250 };

/** The template as it is deployed with the default parameters. */
const defaultTemplate = async (stage: Stage): Promise<Template> => {
  const template = (await packagedTemplate(stage)) as unknown as Template;
  dropUnused(template, false);
  return template;
};
const reportOf = async (stage: Stage) => costReport(readTemplate(await defaultTemplate(stage)), { ...OPTIONS, stage });

/** A stage of as little as there can be. */
const SMALL = {
  Resources: {
    RunDashagentLambdaFunction: {
      Type: 'AWS::Lambda::Function',
      Properties: {
        FunctionName: 'ballast-dev-eu-run-agent',
        Handler: 'dist/run-agent/index.handler',
        MemorySize: 512,
        Environment: { Variables: { LOG_LEVEL: 'WARN' } },
      },
    },
    Sum: {
      Type: 'AWS::CloudWatch::Alarm',
      Properties: { Metrics: [{ Expression: 'a + b' }, { MetricStat: {} }, { MetricStat: {} }] },
    },
    One: { Type: 'AWS::CloudWatch::Alarm', Properties: { MetricName: 'x' } },
    Both: { Type: 'AWS::CloudWatch::CompositeAlarm', Properties: {} },
    Key: { Type: 'AWS::SecretsManager::Secret', Properties: {} },
  },
};

describe('an idle month of a stage, as it is deployed by default', () => {
  beforeAll(packaged);

  it('costs 3 US dollars at most in dev', async () => {
    const [idle] = await reportOf('dev');
    expect(idle?.totalDollars).toBeLessThanOrEqual(3);
  });

  it('costs 9 US dollars at most in prod, of which alarms are the most', async () => {
    const [idle] = await reportOf('prod');
    const alarms = idle?.lines.find(({ what }) => what === 'Alarms')?.dollars ?? NaN;
    expect(idle?.totalDollars).toBeLessThanOrEqual(9);
    expect(alarms / (idle?.totalDollars ?? NaN)).toBeGreaterThan(0.7);
  });

  it('costs 3 US dollars at most in prod too with the alarms of the severity page alone', () => {
    const template = compileStage(ROOT, 'prod', [], ['alarms=page']);
    const [idle] = costReport(readTemplate(template), { ...OPTIONS, stage: 'prod' });
    expect(idle?.totalDollars).toBeLessThanOrEqual(3);
    expect(read('docs/cost.md').text).toContain(
      `Set \`alarms: page\` in \`prod\` too, and it costs ${idle?.totalDollars.toFixed(2)} US dollars`,
    );
  });

  it('has the figures of the sentence about its alarms', async () => {
    const [idle] = await reportOf('prod');
    const alarms = Object.values((await packagedTemplate('prod')).Resources);
    const count = alarms.filter(({ Type }) => Type === 'AWS::CloudWatch::Alarm').length;
    const metrics = /^(\d+) metrics/.exec(idle?.lines.find(({ what }) => what === 'Alarms')?.how ?? '')?.[1];
    expect(read('docs/cost.md').text).toContain(
      `the ${count} alarms look at ${metrics}; with one metric each they would still come to ${(count * PRICES.alarmMetricMonth).toFixed(2)} US dollars`,
    );
  });

  it('is what docs/cost.md says', async () => {
    const page = readFileSync(join(ROOT, 'docs/cost.md'), 'utf8');
    const plain = (text: string) => text.replaceAll(/-{3,}/g, '---').replaceAll(/ +/g, ' ');
    expect(plain(page)).toBe(plain(withFigures(page, [await reportOf('dev'), await reportOf('prod')])));
  });
});

describe('each saving of docs/cost.md', () => {
  const rows = tableOf(read('docs/cost.md'), 'saving', 'US dollars a month');
  const known = new Map<string, number>();
  const idle = (...parameters: readonly string[]): number => {
    const compiled = () => readTemplate(compileStage(ROOT, 'dev', [], parameters));
    const dollars =
      known.get(parameters.join()) ?? costReport(compiled(), { ...OPTIONS, stage: 'dev' })[0]?.totalDollars;
    known.set(parameters.join(), dollars ?? NaN);
    return dollars ?? NaN;
  };
  const functions = async () =>
    Object.values((await packagedTemplate('dev')).Resources).filter(({ Type }) => Type === 'AWS::Lambda::Function')
      .length;
  const reckoned: Readonly<Record<string, () => Promise<number> | number>> = {
    'No metric has a value': () => 16 * PRICES.metricMonth,
    'lambda-throttles': async () => ((await functions()) - 1) * PRICES.alarmMetricMonth,
    secretsInAdvance: () => idle('secretsInAdvance=true') - idle(),
    'api-errors': () => PRICES.alarmMetricMonth,
    '`alarms`': () => idle('alarms=all') - idle(),
    healthIntervalMinutes: () => idle() - idle('healthIntervalMinutes=5'),
  };

  it.each(Object.entries(reckoned))('is what the prices make it: %s', async (words, saved) => {
    const [row, ...others] = rows.filter(({ saving }) => saving.includes(words));
    expect(others).toEqual([]);
    expect(Number(row?.['US dollars a month'])).toBeCloseTo(await saved(), 2);
  });

  it('has a row', () => {
    expect(rows.length).toBe(Object.keys(reckoned).length);
  });
});

describe('npm run cost', () => {
  const run = (...args: string[]) => cost(['--template', file('small.json'), ...args], ROOT);
  beforeAll(() => {
    writeFileSync(file('small.json'), JSON.stringify(SMALL));
    writeFileSync(file('other.json'), JSON.stringify({ Resources: {} }));
    writeFileSync(file('broken.json'), '{');
  });

  it('counts each metric of an alarm, composite alarms and secrets', () => {
    const { sections } = JSON.parse(run('--json')) as { sections: ReturnType<typeof costReport> };
    const of = (what: string) => sections[0]?.lines.find((line) => line.what === what)?.dollars;
    expect(of('Alarms')).toBeCloseTo(3 * PRICES.alarmMetricMonth + PRICES.compositeAlarmMonth, 10);
    expect(of('Secrets')).toBeGreaterThan(PRICES.secretMonth);
    expect(of('Lambda')).toBe(0);
    for (const { totalDollars, lines } of sections) expect(totalDollars).toBe(totalOf(lines));
  });

  it('grows with the requests and with their duration', () => {
    const total = (...args: string[]) => {
      const { sections } = JSON.parse(run('--json', ...args)) as { sections: ReturnType<typeof costReport> };
      return (
        sections[1]?.lines.filter(({ what }) => what !== 'Metrics').reduce((sum, { dollars }) => sum + dollars, 0) ??
        NaN
      );
    };
    expect(total('--requests', '2000000')).toBeCloseTo(2 * total(), 6);
    // 8 s of half a GB more.
    expect(total('--duration-ms', '16000') - total()).toBeCloseTo(4_000_000 * PRICES.lambdaGbSecond, 6);
  });

  it('says for which stage and work, and of when its prices are', () => {
    const text = run('--stage', 'prod', '--requests', '5000');
    expect(text).toContain('### An idle month of prod: ');
    expect(text).toContain('### 5,000 runs of 8 s: ');
    expect(text).toContain(AS_OF);
    expect(run('--help')).toContain('npm run cost');
  });

  it.each<[string[], string]>([
    [['--requests', 'many'], '--requests must be a whole number from 1'],
    [['--requests', '0'], '--requests must be a whole number from 1'],
    [['--duration-ms', '-1'], 'duration-ms'],
    [['--stage', 'a stage'], '--stage must be a name'],
    [['--region', 'x'], "Unknown option '--region'"],
    [['--template', file('missing.json')], 'cannot be read as one'],
    [['--template', file('broken.json')], 'cannot be read as one'],
    [['--template', file('other.json')], 'not the template of a stage of Ballast'],
  ])('refuses %j', (args, words) => {
    expect(() => run(...args)).toThrow(words);
  });
});
