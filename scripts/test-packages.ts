import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { installOnce } from '../local/install-once.ts';

/** What the tests of `test/full` need beside the packages of the project; `--required` fails where it cannot be installed. */
const { required } = parseArgs({ options: { required: { type: 'boolean', default: false } } }).values;
const folder = resolve(import.meta.dirname, '../test/full');

const sentence = 'Installing what the tests of templates, frameworks and old SDKs need, once, into test/full: 300 MB.';
if (!installOnce(folder, sentence)) {
  console.error(
    'It could not be installed, so the tests in test/full are left out. Run `npm run test:packages` when the registry can be reached.',
  );
  if (required) process.exitCode = 1;
}
