import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { shownRoute } from '../../lib/http/shown-route.ts';
import { ROOT } from '../made-once.ts';

interface Service {
  readonly functions: Readonly<
    Record<string, { readonly events?: readonly { readonly http?: { readonly path: string } }[] }>
  >;
}

const { functions } = parse(readFileSync(join(ROOT, 'serverless.yml'), 'utf8')) as Service;
const paths = Object.values(functions).flatMap(({ events = [] }) => events.flatMap(({ http }) => http?.path ?? []));

it('names each path of the API', () => {
  expect(paths.length).toBeGreaterThan(40);
  for (const path of paths) expect(shownRoute(path)).toBe(path);
});

it.each([
  '/agent/runs/run_1',
  '/admin/tenants/acme',
  '/v1/ada@example.com',
  '/agent/run/{a}{b}',
  '/agent/run/{a b}',
  '/x',
])('names nothing that somebody wrote: %s', (path) => {
  expect(shownRoute(path)).toBe('(no template)');
});
