// `npm start`: the first file that runs.
import { boot } from './boot.mjs';

boot('npm start', () => import('./main.ts'));
