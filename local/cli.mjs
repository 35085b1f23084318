// `npm run ask`, `npm run new` and their like: one verb each.
import process from 'node:process';
import { boot } from './boot.mjs';

boot(`npm run ${process.argv[2] || 'ask'}`, () => import('./cli/main.ts'));
