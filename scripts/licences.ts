import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { flawsOf } from './supply-chain/licences.ts';
import { bytesOf, packagesOf } from './supply-chain/packages.ts';
import { dependenciesPage } from './supply-chain/page.ts';

/** `npm run licences`: fails where a dependency is not as it has to be, else writes `docs/dependencies.md`. */
const ROOT = path.resolve(import.meta.dirname, '..');
const read = (file: string): string => readFileSync(path.join(ROOT, file), 'utf8');

const packages = packagesOf(read('package-lock.json'));
const { allowScripts } = JSON.parse(read('package.json')) as { readonly allowScripts: Record<string, boolean> };
const flaws = flawsOf(packages, allowScripts);
if (flaws.length > 0) {
  console.error(flaws.join('\n'));
  process.exit(1);
}
writeFileSync(
  path.join(ROOT, 'docs/dependencies.md'),
  dependenciesPage(packages, (each) => bytesOf(ROOT, each)),
);
console.log(`${packages.length} packages, and each may be used: docs/dependencies.md.`);
