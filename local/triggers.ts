import { parse } from 'yaml';
import { StartRefused } from './start-refused.ts';

/** One function of the deployment, as far as calling it here needs. */
export interface FunctionDefinition {
  /** Its file is `functions/<name>.ts`. */
  readonly name: string;
  readonly timeoutMs: number;
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

const readYaml = (text: string): Description => {
  try {
    return (parse(text, { logLevel: 'error' }) ?? {}) as Description;
  } catch (error) {
    const [said = ''] = (error as Error).message.split('\n');
    throw new StartRefused(`serverless.yml is not YAML: ${said.replace(/[:.]?$/, '.')}`, { cause: error });
  }
};

export interface Triggered<Trigger> {
  readonly definition: FunctionDefinition;
  readonly trigger: Trigger;
}

/**
 * Reads one kind of event out of the text of `serverless.yml`: those that `triggerOf` makes something of, each with its
 * function. Variables (`${...}`) stay as they are, but for the default parameters in timeouts; tags of CloudFormation are
 * tolerated. Throws `StartRefused` where the file cannot be read or such a function has no build entry.
 */
export const readTriggers = <Trigger>(
  yaml: string,
  triggerOf: (event: unknown) => Trigger | undefined,
): Triggered<Trigger>[] => {
  const description = readYaml(yaml);
  const fallback = secondsOf(description.provider?.timeout, description) ?? DEFAULT_TIMEOUT_SECONDS;
  return Object.entries(description.functions ?? {}).flatMap(([key, { handler, timeout, events = [] }]) => {
    const triggers = events.map(triggerOf).filter((trigger) => trigger !== undefined);
    if (triggers.length === 0) return [];
    const name = HANDLER.exec(String(handler))?.[1];
    if (name === undefined) {
      throw new StartRefused(`serverless.yml: the handler of ${key} must read dist/<function>/index.handler.`);
    }
    const definition = { name, timeoutMs: (secondsOf(timeout, description) ?? fallback) * 1_000 };
    return triggers.map((trigger) => ({ definition, trigger }));
  });
};
