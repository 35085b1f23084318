import { join } from 'node:path';
import type { Pages } from '../lib/http/response/page.ts';
import { lazy } from '../lib/kernel/caching/lazy.ts';

/** The pages, built when the first is asked for: a start waits for none. A deployed function has them built in. */
export const loadPages: () => Promise<Pages> = lazy(async () => {
  const { buildPages } = await import('./build-pages.ts');
  return buildPages(join(import.meta.dirname, '..'));
});
