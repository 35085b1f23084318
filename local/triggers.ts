import { parse } from 'yaml';
import { StartRefused } from './start-refused.ts';

/** One function of the deployment, as far as calling it here needs. */
export interface FunctionDefinition {
  /** Its file is `functions/<name>.ts`. */
  readonly name: string;
  readonly timeoutMs: number;
}

/** A function as `serverless.yml` has it. */
export interface WrittenFunction {
  readonly handler?: unknown;
  readonly timeout?: unknown;
  readonly events?: readonly unknown[];
  readonly durableConfig?: { readonly executionTimeout?: unknown; readonly retentionPeriodInDays?: unknown };
}

interface Description {
  readonly params?: { readonly default?: Readonly<Record<string, unknown>> };
  readonly provider?: { readonly timeout?: unknown };
  readonly functions?: Readonly<Record<string, WrittenFunction>>;
}

/** What the framework deploys where no timeout is given. */
const DEFAULT_TIMEOUT_SECONDS = 6;

const HANDLER = /^dist\/([\w-]+)\/index\.handler$/;
const PARAM = /^\$\{param:(\w+)\}$/;

const numberOf = (value: unknown, { params }: Description): number | undefined => {
  const name = typeof value === 'string' ? PARAM.exec(value)?.[1] : undefined;
  const given = name === undefined ? value : params?.default?.[name];
  return typeof given === 'number' ? given : undefined;
};

/** A start reads routes, schedules and more out of one text; to parse it takes tens of milliseconds. */
let last: { readonly text: string; readonly description: Description } | undefined;

const readYaml = (text: string): Description => {
  try {
    if (last?.text !== text) last = { text, description: (parse(text, { logLevel: 'error' }) ?? {}) as Description };
    return last.description;
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
 * Reads out of the text of `serverless.yml` what `select` makes of each function, with the function. Variables (`${...}`) stay
 * as they are, but for the default parameters in timeouts and in what `number` is given; tags of CloudFormation are
 * tolerated. Throws `StartRefused` where the file cannot be read or a function that is selected has no build entry.
 */
export const readFunctions = <Trigger>(
  yaml: string,
  select: (written: WrittenFunction, number: (value: unknown) => number | undefined) => readonly Trigger[],
): Triggered<Trigger>[] => {
  const description = readYaml(yaml);
  const number = (value: unknown) => numberOf(value, description);
  const fallback = number(description.provider?.timeout) ?? DEFAULT_TIMEOUT_SECONDS;
  return Object.entries(description.functions ?? {}).flatMap(([key, written]) => {
    const triggers = select(written, number);
    if (triggers.length === 0) return [];
    const name = HANDLER.exec(String(written.handler))?.[1];
    if (name === undefined) {
      throw new StartRefused(`serverless.yml: the handler of ${key} must read dist/<function>/index.handler.`);
    }
    const definition = { name, timeoutMs: (number(written.timeout) ?? fallback) * 1_000 };
    return triggers.map((trigger) => ({ definition, trigger }));
  });
};

/** Reads one kind of event, those that `triggerOf` makes something of, as `readFunctions` does. */
export const readTriggers = <Trigger>(
  yaml: string,
  triggerOf: (event: unknown) => Trigger | undefined,
): Triggered<Trigger>[] =>
  readFunctions(yaml, ({ events = [] }) => events.map(triggerOf).filter((trigger) => trigger !== undefined));
