import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { commandFor, withStage } from '../../lib/alerts/alarm/own-stage.ts';
import { RUNBOOK } from '../../lib/alerts/alarm/runbook.ts';
import { createApp } from '../../lib/app/app.ts';
import { label, safe } from '../../lib/kernel/redacted.ts';
import { dataDirectoryOf, LOG_FILE } from '../../local/data-files.ts';
import { createFakeClock } from '../fake-clock.ts';
import { ballast } from '../local/cli/served.ts';
import { createShell } from '../local/cli/shell.ts';
import { SAMPLES } from '../telemetry/events.ts';

const ARN = 'arn:aws:cloudwatch:eu-central-1:123456789012:alarm:ballast-prod-errors';

/** What Lambda and API Gateway write, which asks no level of Ballast's. */
const OF_THE_PLATFORM: ReadonlySet<string> = new Set(['Runtime exited', 'Task timed out', 'access']);

const clock = createFakeClock();
const directory = mkdtempSync(join(tmpdir(), 'ballast-looks-'));
afterAll(() => rmSync(directory, { recursive: true }));

/** What a stage at the level of prod writes where things are as the alarms say. */
const linesOfProd = (): string => {
  const lines: string[] = [];
  const heard = (line: unknown): boolean => lines.push(String(line)) > 0;
  const out = vi.spyOn(process.stdout, 'write').mockImplementation(heard);
  const err = vi.spyOn(process.stderr, 'write').mockImplementation(heard);
  const env = { LOG_LEVEL: 'WARN', LOG_FORMAT: 'json' };
  const app = createApp({
    env,
    clock,
    random: () => 0.5,
    randomBytes: (size) => new Uint8Array(size),
    fetch,
    write: heard,
  });
  const write = app.canonical;
  for (const event of Object.values(SAMPLES)) if (event.type !== 'store.failed') app.emit(event);
  app.emit({ ...SAMPLES['run.finished'], status: safe`failed`, reason: label('upstream-error') });
  app.emit({ ...SAMPLES['tool.finished'], outcome: safe`error`, fault: safe`failed` });
  app.emit({ ...SAMPLES['dependency.probed'], status: safe`unhealthy` });
  app.emit({ ...SAMPLES['webhook.attempted'], outcome: safe`failed` });
  app.contexts.within('reconcile-budgets', {}, () =>
    app.emit({ ...SAMPLES['store.failed'], throttledBy: safe`table` }),
  );
  app.contexts.within('project-run-status', {}, () => app.emit(SAMPLES['run.finished']));
  for (const code of ['budget-exceeded', 'rate-limited', 'forbidden', 'not-found'] as const)
    write(safe`request refused`, { code: label(code), tenantId: label('acme') }, false);
  for (const code of ['upstream-error', 'internal'] as const)
    write(safe`request failed`, { code: label(code) }, false, 'error');
  write(safe`request`, { function: safe`messages`, durationMs: 9 }, true);
  for (const name of ['notify-alarm', 'reconcile-budgets', 'probe-dependencies', 'execute-run', 'project-run-status'])
    app.log.error(safe`event failed`, { function: label(name) });
  out.mockRestore();
  err.mockRestore();
  const at = new Date(clock.now()).toISOString();
  return lines.join('').replaceAll(/"timestamp":"[^"]*"/g, `"timestamp":"${at}"`);
};

const wordsOf = (command: string): string[] =>
  [...command.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, word]) => quoted ?? word ?? '');

const LOOKS = Object.entries(RUNBOOK).map(([name, { look }]) => ({ name, look }));

/** Whether it looks for lines that Ballast writes. */
const asksForOwnLines = (look: string): boolean =>
  look.startsWith('npx ballast logs ') &&
  wordsOf(look)
    .slice(3)
    .some(
      (word, at, all) => /^[a-z][a-z ]+$/.test(word) && !OF_THE_PLATFORM.has(word) && !/^--/.test(all[at - 1] ?? ''),
    );

describe('the command that an alarm names', () => {
  const shell = { directory, clock };
  const file = join(dataDirectoryOf(createShell(shell).shell), LOG_FILE);
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, linesOfProd());

  it.each(LOOKS.filter(({ look }) => asksForOwnLines(look)))(
    '$name finds lines that prod writes: $look',
    async ({ name, look }) => {
      const [, , ...words] = wordsOf(commandFor(look, `ballast-local-${name}`, null));
      const { code, out, err } = await ballast([...words, '--minutes', '999999'], [], shell);
      expect({ code, err }).toEqual({ code: 0, err: '' });
      expect(out.trim().split('\n').length).toBeGreaterThan(0);
      // Counted by a field that the lines have.
      if (words.includes('--by')) expect(out).not.toMatch(/^- +\d+$/m);
    },
  );

  it('most look for lines that Ballast writes', () => {
    expect(LOOKS.filter(({ look }) => asksForOwnLines(look)).length).toBeGreaterThan(25);
  });

  it.each([
    ['npx ballast circuits --stage <stage>', 'npx ballast circuits --stage prod --region eu-central-1'],
    ['aws lambda get-account-settings', 'aws lambda get-account-settings --region eu-central-1'],
  ])('%s is typed as %s', (look, typed) => {
    expect(commandFor(look, 'ballast-prod-errors', ARN)).toBe(typed);
    expect(commandFor(look, 'ballast-local-errors', null)).toBe(look.replace(' --stage <stage>', ''));
  });

  it('has the stage, whatever that is called, also in the middle of a sentence', () => {
    expect(withStage('ballast/<stage>/anthropic', 'ballast-prod-eu-gateway-errors-2')).toBe(
      'ballast/prod-eu/anthropic',
    );
    expect(withStage('ballast/<stage>/anthropic', 'of-others')).toBe('ballast/<stage>/anthropic');
  });
});
