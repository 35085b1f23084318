import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { ROOT, STAGES } from './packaged.ts';

type Parameters = Readonly<Record<string, unknown>>;

const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

/** The cells of the table of stages, whose first column holds names in backquotes. */
const documented = (): string[][] =>
  (read('docs/deploy.md').split('\n## A stage\n')[1]?.split('\n## ')[0] ?? '')
    .split('\n')
    .filter((line) => /^\| `\w+` /.test(line))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim().replaceAll('`', '')),
    );

it('The table of stages in docs/deploy.md says what serverless.yml sets', () => {
  const { params } = parse(read('serverless.yml')) as { params: Readonly<Record<string, Parameters>> };
  const own = STAGES.map((stage) => ({ ...params['default'], ...params[stage] }));
  const differing = Object.keys(params['default'] ?? {}).filter(
    (name) => new Set(own.map((set) => set[name])).size > 1,
  );
  expect(documented()).toEqual(differing.map((name) => [name, ...own.map((set) => String(set[name]))]));
});

it('docs/deploy.md says how many functions and schedules a stage has', () => {
  const { functions } = parse(read('serverless.yml')) as {
    functions: Readonly<Record<string, { events?: readonly object[] }>>;
  };
  const events = Object.values(functions).flatMap((each) => each.events ?? []);
  const count = events.filter((event) => 'schedule' in event).length;
  expect(read('docs/deploy.md')).toContain(` ${Object.keys(functions).length} functions,`);
  expect(read('docs/deploy.md')).toContain(` ${count} schedules,`);
});

it('docs/configuration.md has the parameters of the alarms, with their values', () => {
  const { params } = parse(read('serverless.yml')) as { params: Readonly<Record<string, Parameters>> };
  const [, section = ''] = read('docs/configuration.md').split('\n## Of the alarms\n');
  const rows = [...(section.split('\n## ')[0] ?? '').matchAll(/^\| `(\w+)` *\| (.*?) *\|/gm)];
  const shown = (name: string): string => {
    const all = ['default', ...STAGES].map((stage) => [stage, params[stage]?.[name]] as const);
    const [[, value] = ['', ''], ...own] = all.filter(([, set]) => set !== undefined);
    const others = new Map(own.map(([, set]) => [set, own.filter((each) => each[1] === set).map(([by]) => by)]));
    const tail = [...others].map(([set, by]) => `; ${by.map((each) => `\`${each}\``).join(', ')}: \`${String(set)}\``);
    return `${value === '' ? 'none' : `\`${String(value)}\``}${tail.join('')}`;
  };
  const names = Object.keys(params['default'] ?? {}).filter((name) =>
    /^(?!rollback)(?:alarm(?:s|Email)$|\w+Alarm(?:[A-Z]|$))/.test(name),
  );
  expect(rows.map(([, name]) => name).toSorted()).toEqual(names.toSorted());
  for (const [, name = '', value] of rows) expect([name, value]).toEqual([name, shown(name)]);
});

it('docs/configuration.md has the options of a stage, with their values', () => {
  const { params, custom } = parse(read('serverless.yml')) as {
    params: Readonly<Record<string, Parameters>>;
    custom: { stageOptions: object };
  };
  const [, section = ''] = read('docs/configuration.md').split('\n## Of the stage\n');
  const rows = (section.split('\n## ')[0] ?? '').matchAll(/^\| ((?:`\w+` ?)+) *\| (.*?) *\|/gm);
  const quoted = (cell: string): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, text = '']) => text);
  const shown = [...rows].flatMap(([, names = '', values = '']) =>
    quoted(names).map((name, at) => [name, quoted(values)[at] ?? '']),
  );
  const named = Object.keys(custom.stageOptions).map((name) => [name, String(params['default']?.[name])]);
  expect(shown.toSorted()).toEqual(named.toSorted());
});
