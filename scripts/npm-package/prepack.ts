import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { buildNpmPackage } from './build.ts';
import { packageManifest, type RepositoryManifest } from './manifest.ts';

/**
 * Before `npm pack`: builds the package, and has npm pack that instead of the repository. The package's manifest stands in for the
 * repository's until `postpack.ts` puts that back.
 */
const root = resolve(import.meta.dirname, '../..');
const file = join(root, 'package.json');
const text = readFileSync(file, 'utf8');
const built = await buildNpmPackage(root);
writeFileSync(join(built, '..', 'package.json.kept'), text);
const manifest = { ...packageManifest(JSON.parse(text) as RepositoryManifest, './dist/npm/'), files: ['dist/npm'] };
writeFileSync(file, `${JSON.stringify(manifest, null, 2)}\n`);
