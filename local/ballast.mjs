#!/usr/bin/env node
// `npx ballast <command>`: the first file that runs.
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { boot } from './boot.mjs';

const here = dirname(fileURLToPath(import.meta.url));

// TypeScript in the repository, JavaScript in the package.
boot(
  `npx ballast ${process.argv[2] || ''}`.trim(),
  () => import(`./cli/main.${existsSync(join(here, 'cli/main.ts')) ? 'ts' : 'js'}`),
);
