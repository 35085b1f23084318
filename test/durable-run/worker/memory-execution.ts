import { type DurableContext, type StepConfig, StepSemantics } from '@aws/durable-execution-sdk-js';

type Kept = { readonly data: string | undefined } | { readonly error: string };

const META = { entityId: '', durableExecutionArn: '' };

/** Where a worker is killed: as a step is to begin, or when it is done and not yet in the journal. */
export type Kill = { readonly before: string } | { readonly after: string };

/** How an invocation ended; `failed`: the service makes it again. */
export type Ended = 'over' | 'suspended' | 'killed' | 'failed';

/**
 * The journal of one durable execution, in memory, and the SDK's context over it: steps and callbacks under their names,
 * as the worker gives them. A step that is to be tried again suspends the invocation, and the next one tries it.
 */
export const createMemoryExecution = () => {
  const journal = new Map<string, Kept>();
  const attempts = new Map<string, number>();
  /** Steps that are never begun twice and were begun, and of which nothing was put down. */
  const interrupted = new Set<string>();
  const woken = new Set<string>();
  const delays: (number | undefined)[] = [];
  /** Steps in the order in which they were put down. */
  const done: string[] = [];

  return {
    journal,
    done,
    /** Seconds after which steps were to be tried again, in order. */
    delays,
    /** Names of the callbacks that the run waits for. */
    asked: new Set<string>(),
    wake: (name: string) => void woken.add(name),

    invocation(kill: Kill | null = null) {
      const { promise, resolve } = Promise.withResolvers<Ended>();
      const names = new Set<string>();
      const never = <T>(how: Ended) => (resolve(how), new Promise<T>(() => {}));
      const replayed = async <T>(kept: Kept, { serdes }: StepConfig<T>): Promise<T> => {
        if ('error' in kept) throw new Error(kept.error);
        return (await serdes?.deserialize(kept.data, META)) as T;
      };
      const step = async <T>(name: string, act: () => Promise<T>, config: StepConfig<T>): Promise<T> => {
        if (names.has(name)) throw new Error(`two steps are called ${name}`);
        names.add(name);
        const kept = journal.get(name);
        if (kept !== undefined) return replayed(kept, config);
        if (kill !== null && 'before' in kill && kill.before === name) return never('killed');
        const attempt = (attempts.get(name) ?? 0) + 1;
        attempts.set(name, attempt);
        let entry: Kept;
        try {
          if (interrupted.has(name)) throw new Error('interrupted');
          if (config.semantics === StepSemantics.AtMostOncePerRetry) interrupted.add(name);
          const result = await act();
          const data = await config.serdes?.serialize(result, META).catch(() => never<string>('failed'));
          entry = { data };
        } catch (error) {
          interrupted.delete(name);
          const { shouldRetry, delay } = config.retryStrategy?.(error as Error, attempt) ?? { shouldRetry: false };
          if (shouldRetry) {
            delays.push((delay as { readonly seconds?: number } | undefined)?.seconds);
            return never('suspended');
          }
          entry = { error: (error as Error).message };
        }
        if (kill !== null && 'after' in kill && kill.after === name) return never('killed');
        journal.set(name, entry);
        done.push(name);
        return replayed(entry, config);
      };
      const createCallback = (name: string) => {
        const isWoken = woken.has(name);
        return Promise.resolve([isWoken ? Promise.resolve() : suspendedAt(name), name]);
      };
      /** The step that makes the callback known comes after it. */
      const suspendedAt = (name: string) => ({
        catch: () => {
          if (woken.has(name)) return Promise.resolve();
          return never('suspended');
        },
      });
      return { context: { step, createCallback } as unknown as DurableContext, ended: promise };
    },
  };
};
