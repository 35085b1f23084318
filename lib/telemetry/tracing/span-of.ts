import { spanIdOf } from '../../kernel/ids/trace-context.ts';
import type { WorkContext } from '../context/work-context.ts';
import { BALLAST, ERROR_TYPE, GEN_AI, HTTP, type SpanAttributes, type Spelling } from './attributes.ts';
import { contentAttributes } from './content.ts';
import type { RecordedEvent, Spanned } from './send-traces.ts';

/** One span as it is sent, whatever it is sent by. */
export interface Span {
  readonly traceId: string;
  readonly spanId: string;
  /** `null`: the trace begins with it. */
  readonly parentId: string | null;
  readonly name: string;
  readonly kind: 'server' | 'client' | 'internal';
  /** Epoch milliseconds. */
  readonly startedAt: number;
  readonly endedAt: number;
  readonly failed: boolean;
  readonly attributes: SpanAttributes;
}

type Of<Type extends Spanned['type']> = Extract<Spanned, { readonly type: Type }>;
type Described = Pick<Span, 'spanId' | 'parentId' | 'name' | 'kind' | 'failed' | 'attributes'>;

/** What everything in it hangs on: its run, or its request where there is none, as in a call of the gateway. */
const withinOf = ({ runId, requestId = '' }: WorkContext): string => spanIdOf(runId ?? requestId);

const ofRequest = (event: Of<'request.finished'>, work: WorkContext): Described => ({
  spanId: spanIdOf(work.requestId ?? ''),
  parentId: work.trace?.parentId ?? null,
  name: `${event.method} ${event.route}`,
  kind: 'server',
  failed: event.error !== null && event.status >= 500,
  attributes: {
    [HTTP.method]: event.method,
    [HTTP.route]: event.route,
    [HTTP.status]: event.status,
    [BALLAST.requestId]: work.requestId ?? '',
    'faas.name': work.function,
    ...(event.error === null ? {} : { [ERROR_TYPE]: event.error }),
  },
});

const ofRun = (event: Of<'run.finished'>, { requestId = '' }: WorkContext): Described => ({
  spanId: spanIdOf(event.runId),
  parentId: spanIdOf(requestId),
  name: `invoke_agent ${event.agent}`,
  kind: 'internal',
  failed: event.status === 'failed' || event.status === 'timed_out',
  attributes: {
    [GEN_AI.operation]: 'invoke_agent',
    [GEN_AI.agent]: event.agent,
    [BALLAST.runId]: event.runId,
    [BALLAST.tenantId]: event.tenantId,
    [BALLAST.status]: event.status,
    [BALLAST.reason]: event.reason,
    ...(event.degraded === null ? {} : { [BALLAST.degraded]: event.degraded }),
    ...(event.status === 'failed' ? { [ERROR_TYPE]: event.reason } : {}),
  },
});

/** Usage stands here alone: viewers add up all spans of a trace. */
const ofAttempt = (event: Of<'model.attempted'>, work: WorkContext, spelling: Spelling): Described => {
  const answered = event.outcome === 'answered';
  const { inputTokens, cacheReadInputTokens, cacheCreationInputTokens, firstContentMs } = event;
  return {
    spanId: spanIdOf(event.attemptId),
    parentId: withinOf(work),
    name: `chat ${event.model}`,
    kind: 'client',
    failed: !answered,
    attributes: {
      [GEN_AI.operation]: 'chat',
      [GEN_AI.provider]: 'anthropic',
      [GEN_AI.agent]: event.agent,
      [GEN_AI.requestModel]: event.model,
      ...(answered ? { [GEN_AI.responseModel]: event.model } : { [ERROR_TYPE]: event.outcome }),
      ...(event.stopReason === null ? {} : { [GEN_AI.finishReasons]: [event.stopReason] }),
      [GEN_AI.inputTokens]: inputTokens + cacheReadInputTokens + cacheCreationInputTokens,
      [GEN_AI.outputTokens]: event.outputTokens,
      [GEN_AI.cacheReadTokens]: cacheReadInputTokens,
      [spelling.cacheWriteTokens]: cacheCreationInputTokens,
      ...(firstContentMs === null ? {} : { [spelling.firstContentSeconds]: firstContentMs / 1_000 }),
      [BALLAST.costUsd]: event.costUsd,
      ...(event.estimated === null ? {} : { [BALLAST.estimated]: event.estimated }),
      [BALLAST.attemptId]: event.attemptId,
      ...(event.upstreamStatus === null ? {} : { [HTTP.status]: event.upstreamStatus }),
      ...(event.upstreamRequestId === null ? {} : { [BALLAST.upstreamRequestId]: event.upstreamRequestId }),
    },
  };
};

const ofTool = (event: Of<'tool.finished'>, work: WorkContext): Described => {
  const failed = event.outcome === 'error' || event.outcome === 'fallback';
  return {
    spanId: spanIdOf(`${event.runId}:${event.toolUseId}`),
    parentId: withinOf(work),
    name: `execute_tool ${event.tool}`,
    kind: 'internal',
    failed,
    attributes: {
      [GEN_AI.operation]: 'execute_tool',
      [GEN_AI.agent]: event.agent,
      [GEN_AI.tool]: event.tool,
      [GEN_AI.toolCall]: event.toolUseId,
      [BALLAST.outcome]: event.outcome,
      ...(failed ? { [ERROR_TYPE]: event.error ?? event.outcome } : {}),
    },
  };
};

const described = (event: Spanned, work: WorkContext, spelling: Spelling): Described => {
  switch (event.type) {
    case 'request.finished':
      return ofRequest(event, work);
    case 'run.finished':
      return ofRun(event, work);
    case 'model.attempted':
      return ofAttempt(event, work, spelling);
    case 'tool.finished':
      return ofTool(event, work);
  }
};

const withContent = (span: Described, content: RecordedEvent['content']): Described =>
  content === undefined ? span : { ...span, attributes: { ...span.attributes, ...contentAttributes(content) } };

/** The span of what happened, by OpenTelemetry's conventions. */
export const spanOf = ({ event, at, work, content }: RecordedEvent, spelling: Spelling): Span => ({
  traceId: work.trace?.traceId ?? '',
  startedAt: at - event.durationMs,
  endedAt: at,
  ...withContent(described(event, work, spelling), content),
});
