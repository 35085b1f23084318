import { StartRefused } from './start-refused.ts';
import { type FunctionDefinition, readTriggers, type Triggered } from './triggers.ts';

/** One path of the API with the function behind it. */
export interface Route {
  readonly definition: FunctionDefinition;
  /** As API Gateway writes it: `/agent/runs/{runId}`, `/files/{proxy+}`. */
  readonly template: string;
  /** Upper case; `ANY` for all of them. */
  readonly method: string;
  /** Whether the API asks for the answer as a stream. */
  readonly streaming: boolean;
}

interface HttpTrigger {
  readonly path?: unknown;
  readonly method?: unknown;
  readonly response?: { readonly transferMode?: unknown };
}

const triggerOf = (event: unknown): HttpTrigger | undefined => {
  const http = (event as { http?: HttpTrigger | string } | null)?.http;
  if (typeof http !== 'string') return http ?? undefined;
  const [method, path] = http.trim().split(/\s+/);
  return { method, path };
};

const routeOf = ({ definition, trigger: { path, method, response } }: Triggered<HttpTrigger>): Route => {
  if (typeof path !== 'string' || typeof method !== 'string') {
    throw new StartRefused(`serverless.yml: an http event of ${definition.name} lacks its path or method.`);
  }
  return {
    definition,
    template: `/${path.replace(/^\/|\/$/g, '')}`,
    method: method === '*' ? 'ANY' : method.toUpperCase(),
    streaming: response?.transferMode === 'STREAM',
  };
};

/** Reads the routes out of the text of `serverless.yml`, as `readTriggers` does, which says what it throws. */
export const readRoutes = (yaml: string): Route[] => readTriggers(yaml, triggerOf).map(routeOf);
