import type { TextSink } from '../model-call/types.ts';

type Headers = Readonly<Record<string, string>>;

/** Where a call tells what happens while it happens. */
export interface MessageSink extends Pick<TextSink, 'event' | 'isOpen'> {
  /** A call was let through by every limit and budget and goes out; with what the limits tell of themselves. */
  admitted(headers: Headers): void;
  /** What the call's own answer says of it in headers, so far; unlike those of limits it is kept with the answer. */
  says(headers: Headers): void;
}
