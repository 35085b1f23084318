import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { lambdaRuntime, packaged } from './packaged.ts';
import { at, ofType, type Template } from './template.ts';
import { unzip } from './unzip.ts';

const PRELUDE_END = '\0'.repeat(8);

export interface Invocation {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** All that the process wrote for people: what CloudWatch would keep. */
  readonly output: string;
}

export interface Call {
  readonly method?: string;
  readonly path: string;
  /** The path as `serverless.yml` writes it, where it has parameters. */
  readonly resource?: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly pathParameters?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** What calls a function that is not behind the API, as it comes. */
export interface RawCall {
  readonly event: unknown;
}

const eventOf = ({ method = 'GET', path, resource = path, query, headers = {}, pathParameters, body }: Call) => ({
  resource,
  httpMethod: method,
  path,
  headers: { Host: 'api.example.com', ...headers },
  queryStringParameters: query ?? null,
  pathParameters: pathParameters ?? null,
  body: body === undefined ? null : JSON.stringify(body),
  isBase64Encoded: false,
  requestContext: { requestId: 'c0ffee00-0000-4000-8000-000000000000' },
});

/** The function's own variables as the template sets them, each reference as the value that `references` gives it. */
const configured = (folder: string, name: string, references: Readonly<Record<string, string>>) => {
  const template = readFileSync(join(folder, 'cloudformation-template-update-stack.json'), 'utf8');
  const functions = ofType(JSON.parse(template) as Template, 'AWS::Lambda::Function');
  const properties = functions.find(([, found]) => found.Properties['FunctionName'] === `ballast-dev-${name}`)?.[1];
  const variables = at(properties, 'Properties', 'Environment', 'Variables') as Record<string, unknown>;
  return Object.fromEntries(
    Object.entries(variables).map(([key, value]) => {
      const id = at(value, 'Ref');
      return [key, typeof id === 'string' ? (references[id] ?? id) : String(value)];
    }),
  );
};

const parsed = (raw: string): Omit<Invocation, 'output'> => {
  const end = raw.indexOf(PRELUDE_END);
  if (end < 0) return JSON.parse(raw) as Invocation;
  return { ...(JSON.parse(raw.slice(0, end)) as Invocation), body: raw.slice(end + PRELUDE_END.length) };
};

/**
 * Unzips a function's package into a folder of its own, with no node_modules above it, and calls it once in a fresh
 * process with the environment of Lambda and of the template. Rejects when the process does not end cleanly.
 */
export const invoke = async (
  name: string,
  call: Call | RawCall,
  surroundings: {
    readonly references: Readonly<Record<string, string>>;
    readonly env: Readonly<Record<string, string>>;
    /** Where the template of `dev` and its zips are. Default: those of the repository. */
    readonly folder?: string | undefined;
  },
): Promise<Invocation> => {
  const taskRoot = mkdtempSync(join(tmpdir(), `ballast-task-${name}-`));
  try {
    const folder = surroundings.folder ?? join(await packaged(), 'dev');
    unzip(join(folder, `${name}.zip`), taskRoot);
    const env = {
      ...configured(folder, name, surroundings.references),
      AWS_LAMBDA_FUNCTION_NAME: `ballast-dev-${name}`,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      LAMBDA_TASK_ROOT: taskRoot,
      TZ: ':UTC',
      _HANDLER: `dist/${name}/index.handler`,
      ...surroundings.env,
    };
    const runtime = await lambdaRuntime();
    const child = spawn(process.execPath, [runtime], { cwd: taskRoot, env, stdio: ['pipe', 'pipe', 'pipe', 'pipe'] });
    child.stdin.end(JSON.stringify('event' in call ? call.event : eventOf(call)));
    const exited = new Promise<number | null>((resolve) => child.once('close', resolve));
    const [raw, out, err] = await Promise.all([
      text(child.stdio[3] as Readable),
      text(child.stdout),
      text(child.stderr),
    ]);
    const code = await exited;
    if (code !== 0) throw new Error(`${name} ended with ${String(code)}:\n${out}${err}`);
    return { ...parsed(raw), output: out + err };
  } finally {
    rmSync(taskRoot, { recursive: true, force: true });
  }
};
