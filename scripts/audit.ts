import path from 'node:path';
import { auditOf } from './supply-chain/audit.ts';
import { npm } from './supply-chain/npm.ts';

/**
 * `npm run audit`: asks the registry for known vulnerabilities of what is installed. It ends with 0 if there are none, with 1
 * if there are some, and with 2 if the registry did not answer, so that nothing was checked. More words go to `npm audit`.
 */
const ROOT = path.resolve(import.meta.dirname, '..');
const audited = auditOf(npm(['audit', '--json', ...process.argv.slice(2)], ROOT).stdout);
switch (audited.kind) {
  case 'clean':
    console.log(`No known vulnerability in ${audited.packages} packages.`);
    break;
  case 'vulnerable':
    console.error(audited.found.join('\n'));
    process.exitCode = 1;
    break;
  case 'unanswered':
    console.error(`The registry did not say: ${audited.why}. Nothing was checked.`);
    process.exitCode = 2;
}
