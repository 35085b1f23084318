import { parse } from 'yaml';
import { StartRefused } from './start-refused.ts';

/** One function of the deployment, as far as serving it here needs. */
export interface FunctionDefinition {
  /** Its file is `functions/<name>.ts`. */
  readonly name: string;
  readonly timeoutMs: number;
}

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

interface Description {
  readonly params?: { readonly default?: Readonly<Record<string, unknown>> };
  readonly provider?: { readonly timeout?: unknown };
  readonly functions?: Readonly<
    Record<string, { readonly handler?: unknown; readonly timeout?: unknown; readonly events?: readonly unknown[] }>
  >;
}

/** What the framework deploys where no timeout is given. */
const DEFAULT_TIMEOUT_SECONDS = 6;

const HANDLER = /^dist\/([\w-]+)\/index\.handler$/;
const PARAM = /^\$\{param:(\w+)\}$/;

const secondsOf = (value: unknown, { params }: Description): number | undefined => {
  const name = typeof value === 'string' ? PARAM.exec(value)?.[1] : undefined;
  const given = name === undefined ? value : params?.default?.[name];
  return typeof given === 'number' ? given : undefined;
};

const triggerOf = (event: unknown): HttpTrigger | undefined => {
  const http = (event as { http?: unknown } | null)?.http;
  if (typeof http !== 'string') return http ?? undefined;
  const [method, path] = http.trim().split(/\s+/);
  return { method, path };
};

const routeOf = (definition: FunctionDefinition, { path, method, response }: HttpTrigger): Route => {
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

/**
 * Reads the routes out of the text of `serverless.yml`. Variables (`${...}`) stay as they are, but for the default
 * parameters in timeouts; tags of CloudFormation are tolerated. Throws `StartRefused` where a function has no build entry.
 */
export const readRoutes = (yaml: string): Route[] => {
  const description = parse(yaml, { logLevel: 'error' }) as Description;
  const fallback = secondsOf(description.provider?.timeout, description) ?? DEFAULT_TIMEOUT_SECONDS;
  return Object.entries(description.functions ?? {}).flatMap(([key, { handler, timeout, events = [] }]) => {
    const triggers = events.map(triggerOf).filter((trigger) => trigger !== undefined);
    if (triggers.length === 0) return [];
    const name = HANDLER.exec(String(handler))?.[1];
    if (name === undefined) {
      throw new StartRefused(`serverless.yml: the handler of ${key} must read dist/<function>/index.handler.`);
    }
    const definition = { name, timeoutMs: (secondsOf(timeout, description) ?? fallback) * 1_000 };
    return triggers.map((trigger) => routeOf(definition, trigger));
  });
};
