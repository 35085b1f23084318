import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ROOT } from '../made-once.ts';
import { PICTURES } from './browser.ts';

const names = readdirSync(join(ROOT, PICTURES));

it('the pictures of the docs are few and small, and each is shown with what it shows', () => {
  const bytes = names.map((name) => statSync(join(ROOT, PICTURES, name)).size);
  expect(bytes.reduce((sum, each) => sum + each, 0)).toBeLessThanOrEqual(150 * 1024);
  const shown = readFileSync(join(ROOT, 'docs/console.md'), 'utf8').matchAll(
    /^!\[[^\]]{20,}\]\(console\/([\w-]+\.png)\)$/gm,
  );
  expect([...shown].map(([, name]) => name).toSorted()).toEqual(names.toSorted());
  expect(names.length).toBeLessThanOrEqual(4);
});
