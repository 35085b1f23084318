import { expect, it } from 'vitest';
import { commandNames, COMMANDS } from '../../local/cli/commands.ts';
import { cliPage } from '../../scripts/cli-page.ts';
import { documents, read } from './markdown.ts';

it('docs/cli.md says of each command what its help says', async () => {
  expect(read('docs/cli.md').text).toBe(await cliPage());
});

it('each command that a document names is there', () => {
  const named = documents().flatMap(({ path, text }) =>
    [...text.matchAll(/npx ballast ([a-z][a-z-]*)/g)].map(([, name = '']) => ({ path, name })),
  );
  expect(named.length).toBeGreaterThan(50);
  expect(named.filter(({ name }) => !commandNames().includes(name) && name !== 'help')).toEqual([]);
});

it('each option that a command’s help names is one that it takes', async () => {
  const { readFileSync } = await import('node:fs');
  const source = [
    'parts',
    'runs',
    'tail',
    'tenants',
    'keys',
    'usage',
    'alarms',
    'find/find',
    'logs/logs',
    'frames',
    'ask',
  ]
    .map((name) => readFileSync(`local/cli/${name}.ts`, 'utf8'))
    .join('\n');
  const own = [...Object.values(COMMANDS['To look'] ?? {}), ...Object.values(COMMANDS['To administer'] ?? {})];
  for (const { load } of own) {
    const { usage } = await load();
    for (const [, option = ''] of usage.matchAll(/^ {2}--([a-z-]+)/gm))
      expect(source).toMatch(new RegExp(`(?:'${option}'|\\b${option}): (?:\\{|text)`));
  }
});
