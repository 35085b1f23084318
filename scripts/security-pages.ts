import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { flawsOf, readSecurityData } from './security/checklists.ts';
import { checklistsPage, withThreats } from './security/pages.ts';

/** `npm run security-pages`: makes `docs/security-checklists.md`, and the threats of `SECURITY.md`, from `docs/security/`. */
const ROOT = path.resolve(import.meta.dirname, '..');
const at = (file: string): string => path.join(ROOT, file);
const read = (file: string): string => readFileSync(at(file), 'utf8');

const data = readSecurityData(read);
const flaws = flawsOf(data, ROOT);
if (flaws.length > 0) {
  console.error(flaws.join('\n'));
  process.exit(1);
}
writeFileSync(at('docs/security-checklists.md'), checklistsPage(data));
writeFileSync(at('SECURITY.md'), withThreats(read('SECURITY.md'), data));
