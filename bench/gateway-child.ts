import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** A part of the bench in a process of its own, so that its CPU is nobody else's. */
export interface Child<Asked = never, Answer = never> extends AsyncDisposable {
  readonly pid: number;
  /** The base URL that it listens on; empty where it does not. */
  readonly url: string;
  /** One question at a time. */
  ask(asked: Asked): Promise<Answer>;
}

/** Starts a file of the bench that calls `serveParent`; resolves when it is ready, rejects when it ends before. */
export const startChild = async <Asked, Answer>(
  file: string,
  args: readonly string[] = [],
): Promise<Child<Asked, Answer>> => {
  const child = fork(fileURLToPath(new URL(file, import.meta.url)), args, { execArgv: [] });
  const exited = once(child, 'exit');
  const ended = exited.then(() => Promise.reject(new Error(`${file} has ended by itself.`)));
  ended.catch(() => undefined);
  const hear = async () => ((await Promise.race([once(child, 'message'), ended])) as [unknown])[0];
  const url = (await hear()) as string;
  return {
    pid: child.pid ?? 0,
    url,
    async ask(asked) {
      const answer = hear();
      child.send(asked as object);
      return (await answer) as Answer;
    },
    async [Symbol.asyncDispose]() {
      if (child.connected) child.disconnect();
      await exited;
    },
  };
};

/** The child's side: says that it is ready, answers questions, and ends with its parent. */
export const serveParent = <Asked, Answer>(
  url: string,
  answer: (asked: Asked) => Promise<Answer> = () => Promise.reject(new Error('Nothing to ask.')),
): void => {
  process.once('disconnect', () => process.exit());
  process.on('message', (asked) => {
    void answer(asked as Asked).then((told) => process.send?.(told));
  });
  process.send?.(url);
};
