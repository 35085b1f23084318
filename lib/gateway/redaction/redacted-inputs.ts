import type { UpstreamEvent } from '../../model-call/provider.ts';
import type { OutputGuard } from '../../redaction/output-guard.ts';
import type { Redactor } from '../../redaction/redactor.ts';
import { eventOf } from './redacted-event.ts';

export interface Delta {
  readonly type: 'content_block_delta';
  readonly index: number;
  readonly delta: Readonly<Record<string, unknown>> & { readonly type: string };
}

/** An event as it goes out. */
export interface Shown {
  readonly event: UpstreamEvent;
  readonly type: string;
}

export const DELTA = 'content_block_delta';
const JSON_FIELD = 'partial_json';

/** The same delta with another text. */
export const makerOf =
  (data: Delta, field: string) =>
  (text: string): Shown => ({
    event: eventOf(DELTA, { ...data, delta: { ...data.delta, [field]: text } }),
    type: DELTA,
  });

/** The inputs of tools, each by its block. */
export const createInputs = (guard: OutputGuard) => {
  const open = new Map<number, { readonly redactor: Redactor; readonly form: Delta }>();
  return {
    push(data: Delta, shown: Shown): readonly Shown[] {
      const json = data.delta[JSON_FIELD];
      const { redactor } = open.get(data.index) ?? { redactor: guard.jsons() };
      open.set(data.index, { redactor, form: data });
      if (typeof json !== 'string') return [shown];
      const redacted = redactor.push(json);
      if (redacted === json) return [shown];
      return redacted === '' ? [] : [makerOf(data, JSON_FIELD)(redacted)];
    },
    end(index: number): readonly Shown[] {
      const input = open.get(index);
      open.delete(index);
      const rest = input?.redactor.end() ?? '';
      return input === undefined || rest === '' ? [] : [makerOf(input.form, JSON_FIELD)(rest)];
    },
  };
};
