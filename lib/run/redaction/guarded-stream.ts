import type { RunStream } from '../../agent/loop/run-stream.ts';
import type { Redactor } from '../../redaction/redactor.ts';

/** A stream whose text is redacted on its way; the rest passes as it is. */
export interface GuardedStream {
  readonly stream: RunStream;
  /** Passes on what was held back: nothing more is said. */
  flush(): void;
}

export interface StreamGuarding {
  readonly open: () => Redactor;
  /** What the parts of `open` add up to, of a whole text. */
  readonly redact: (text: string) => string;
  /** The same of JSON, as of what tools are given. */
  readonly json: <T>(value: T) => T;
  /**
   * Whether who listens may join the texts of all calls: what may be a secret over the border of two is held back then, also while
   * tools run. Otherwise the text of a call is told as a whole in its end.
   */
  readonly joinsCalls?: boolean;
}

/**
 * The text of a call may go on in the next one (`goesOn`): it is one text then, and what may be a secret over the border is held
 * back.
 */
export const guardStream = (
  inner: RunStream,
  { open, redact, json, joinsCalls = false }: StreamGuarding,
): GuardedStream => {
  let redactor = open();
  const say = (text: string) => {
    if (text !== '') inner.text(text);
  };
  const flush = () => say(redactor.end());
  const pause = () => say(joinsCalls ? redactor.border() : redactor.end());
  return {
    flush,
    stream: {
      ...inner,
      modelStarted(model, goesOn = false) {
        if (!goesOn) pause();
        inner.modelStarted(model, goesOn);
      },
      text: (delta) => say(redactor.push(delta)),
      reset() {
        redactor = open();
        inner.reset();
      },
      // Half of what may be a secret is not said before its other half: that comes with the next call.
      textIs: (text, goesOn = false) => inner.textIs(goesOn ? open().push(text) : redact(text), goesOn),
      toolStarted(toolUseId, name, input) {
        pause();
        inner.toolStarted(toolUseId, name, input && (() => json(input())));
      },
      toolFinished: (toolUseId, name, isError, durationMs, output) =>
        inner.toolFinished(toolUseId, name, isError, durationMs, output && (() => json(output()))),
    },
  };
};
