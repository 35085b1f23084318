import { renameSync } from 'node:fs';
import { resolve } from 'node:path';

/** After `npm pack`: puts the repository's manifest back. */
const root = resolve(import.meta.dirname, '../..');
renameSync(resolve(root, 'dist/package.json.kept'), resolve(root, 'package.json'));
