import type { RunStream } from '../../agent/loop/run-stream.ts';
import type { RunGuard } from './run-guard.ts';

/** The guard of a run whose settings may change on its way: whatever is told after `renew` is told by those of then. */
export interface CurrentGuard extends Omit<RunGuard, 'flush'> {
  renew(): Promise<void>;
}

/**
 * `open` makes the guard by the settings of its moment. What another guard still held back of a text is not said: the text is
 * told again as a whole when its call has ended.
 */
export const openCurrentGuard = async (inner: RunStream, open: () => Promise<RunGuard>): Promise<CurrentGuard> => {
  let guard = await open();
  let telling = guard;
  return {
    get name() {
      return guard.name;
    },
    stream: {
      ...inner,
      modelStarted: (...model) => telling.stream.modelStarted(...model),
      text: (delta) => telling.stream.text(delta),
      reset: () => telling.stream.reset(),
      textIs: (...text) => telling.stream.textIs(...text),
      toolStarted: (...tool) => telling.stream.toolStarted(...tool),
      toolFinished: (...tool) => telling.stream.toolFinished(...tool),
    },
    result: (result) => guard.result(result),
    input: (input) => guard.input(input),
    tell: (result) => guard.tell(result),
    async renew() {
      guard = await open();
      // The same goes on with what it holds back.
      if (guard.name !== telling.name) telling = guard;
    },
  };
};
