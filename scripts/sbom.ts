import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { npm } from './supply-chain/npm.ts';
import { packagesOf } from './supply-chain/packages.ts';

interface Bom {
  readonly metadata: { readonly component: { readonly 'bom-ref': string; name: string } };
  components: { readonly 'bom-ref': string }[];
  dependencies: { readonly ref: string; readonly dependsOn?: readonly string[] }[];
}

/**
 * `npm run sbom`: a bill of materials of all that the lock has, by CycloneDX, into `dist/sbom.cdx.json`; `--deployed`: of what
 * functions can import alone. It asks no registry.
 */
const ROOT = path.resolve(import.meta.dirname, '..');
const { values } = parseArgs({
  options: { deployed: { type: 'boolean', default: false }, out: { type: 'string', default: 'dist/sbom.cdx.json' } },
});
const words = ['sbom', '--sbom-format=cyclonedx', '--sbom-type=application', '--package-lock-only'];
const { status, stdout } = npm(words, ROOT);
if (status !== 0) {
  console.error('npm could not make the bill of materials; it needs npm 10 or newer.');
  process.exit(1);
}
const read = (file: string): string => readFileSync(path.join(ROOT, file), 'utf8');
const bom = JSON.parse(stdout) as Bom;
// npm names the folder, which is everybody's own.
bom.metadata.component.name = (JSON.parse(read('package.json')) as { readonly name: string }).name;
if (values.deployed) {
  // By `--omit=optional` npm would leave out what is a dependency here and an optional one elsewhere.
  const deployed = packagesOf(read('package-lock.json')).filter(({ part }) => part === 'deployed');
  const kept = new Set(deployed.map(({ name, version }) => `${name}@${version}`));
  const own = bom.metadata.component['bom-ref'];
  bom.components = bom.components.filter((each) => kept.has(each['bom-ref']));
  bom.dependencies = bom.dependencies
    .filter(({ ref }) => ref === own || kept.has(ref))
    .map(({ ref, dependsOn = [] }) => ({ ref, dependsOn: dependsOn.filter((each) => kept.has(each)) }));
}
const file = path.resolve(ROOT, values.out);
mkdirSync(path.dirname(file), { recursive: true });
writeFileSync(file, `${JSON.stringify(bom, null, 2)}\n`);
console.log(`${bom.components.length} components in ${values.out}.`);
