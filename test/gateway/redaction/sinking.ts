import type { MessageSink } from '../../../lib/gateway/message-sink.ts';
import { redactSink } from '../../../lib/gateway/redaction/redacted-sink.ts';
import type { UpstreamEvent } from '../../../lib/model-call/provider.ts';
import type { OutputGuard } from '../../../lib/redaction/output-guard.ts';

export type Data = Readonly<Record<string, unknown>> & { readonly type: string };
export interface Shown extends Data {
  readonly index: number;
  readonly delta?: Readonly<Record<string, unknown>>;
}

export const wire = (data: Data, spelled = JSON.stringify(data)): UpstreamEvent => {
  return { bytes: Buffer.from(`event: ${data.type}\ndata: ${spelled}\n\n`), event: data.type, data: spelled };
};
export const delta = (index: number, of: Data) => wire({ type: 'content_block_delta', index, delta: of });
export const text = (words: string, index = 0) => delta(index, { type: 'text_delta', text: words });
export const start = (block: Data, index = 0) => wire({ type: 'content_block_start', index, content_block: block });
export const stop = (index = 0) => wire({ type: 'content_block_stop', index });
export const END = wire({ type: 'message_stop' });

/** What a client of a redacted stream gets. */
export const sinking = (guard: OutputGuard) => {
  const sent: UpstreamEvent[] = [];
  const nowhere: MessageSink = { admitted() {}, says() {}, event: (event) => void sent.push(event) };
  const sink = redactSink(nowhere, guard);
  const send = (...events: readonly UpstreamEvent[]) => {
    for (const event of events) void sink.event?.(event, event.event ?? '', undefined);
  };
  const shown = () => sent.map(({ data }) => JSON.parse(data) as Shown);
  /** What the deltas of a block add up to. */
  const all = (field: string, index = 0) =>
    shown()
      .filter((data) => data.type === 'content_block_delta' && data.index === index)
      .map(({ delta: of }) => (of?.[field] ?? '') as string)
      .join('');
  return { sink, sent, send, shown, all };
};
