import { readFileSync } from 'node:fs';
import { createMatchRoute } from '../../local/match-route.ts';
import { readRoutes } from '../../local/routes.ts';
import { type DescribedOperation, DOCUMENT } from './document.ts';

const match = createMatchRoute(readRoutes(readFileSync(new URL('../../serverless.yml', import.meta.url), 'utf8')));

/** The path as the document writes it; `null`: no route leads there. */
const templateOf = (method: string, path: string): string | null => {
  try {
    return match(method, path).route.template.replaceAll('+}', '}');
  } catch {
    return null;
  }
};

/** What the document says of a request; `null`: no operation of the API is asked. */
export const findOperation = (method: string, path: string): DescribedOperation | null => {
  const template = templateOf(method, path);
  return template === null ? null : (DOCUMENT.paths[template]?.[method.toLowerCase()] ?? null);
};
