import type { Redacted } from '../kernel/redacted.ts';
import type { Log, LogFields } from './log.ts';

/** What happened to a request, its run, its tools and its place in the cache. */
export type RunEvent =
  | {
      readonly type: 'run.started';
      readonly runId: Redacted;
      readonly agent: Redacted;
      readonly tenantId: Redacted;
      readonly requestId: Redacted;
      readonly traceId: Redacted;
    }
  | {
      readonly type: 'run.finished';
      readonly runId: Redacted;
      readonly agent: Redacted;
      readonly tenantId: Redacted;
      /** The key that asked; `null`: it is not known any more. */
      readonly keyId: Redacted | null;
      /** The end user's pseudonym, as the books have it; `null`: the request named none. */
      readonly user: Redacted | null;
      /** `sync` or `async`. */
      readonly mode: Redacted;
      readonly status: Redacted;
      /** The stop reason of a run that answered, the error code of one that failed. */
      readonly reason: Redacted;
      /** Whether it ended by an error of 500 or more, neither cancelled nor by a time that its caller or its agent had set it. */
      readonly isFault: boolean;
      /** The model that answered; `null`: none has. */
      readonly model: Redacted | null;
      /** What stood in for the model that was asked; `null`: nothing did. */
      readonly degraded: Redacted | null;
      readonly modelCalls: number;
      readonly toolCalls: number;
      readonly inputTokens: number;
      readonly outputTokens: number;
      readonly cacheReadInputTokens: number;
      readonly cacheCreationInputTokens: number;
      readonly costUsd: Redacted;
      readonly durationMs: number;
      /** From the beginning of the run to the first content of a model; `null`: there was none. */
      readonly firstContentMs: number | null;
      /** How long the task was, and the answer; `null`: that is not known any more. */
      readonly taskChars: number | null;
      readonly outputChars: number;
    }
  | {
      /** An answer was looked for in the cache. */
      readonly type: 'cache.looked';
      readonly agent: Redacted;
      /** `hit`, `shared` (another request was just making it), `miss`, or `failed`: the run goes on without a cache. */
      readonly outcome: Redacted;
    }
  | {
      /** A run was answered by something else than the model that was asked. */
      readonly type: 'run.degraded';
      readonly runId: Redacted;
      readonly agent: Redacted;
      /** `fallback-model`, `cache` or `default`. */
      readonly servedBy: Redacted;
      readonly reason: Redacted;
    }
  | {
      /** Secrets of a class stood in an answer, and were replaced, or would have been (`shadow`). Once for each class of a call. */
      readonly type: 'secrets.redacted';
      readonly runId: Redacted;
      /** `undefined`: it is not there any more. */
      readonly agent: Redacted | undefined;
      readonly tenantId: Redacted;
      /** As `keys` or `cards`. */
      readonly class: Redacted;
      readonly count: number;
      readonly shadow: boolean;
    }
  | {
      /** A text matched a rule of its agent (`denyInput`), and was refused, or would have been (`shadow`). */
      readonly type: 'input.refused';
      readonly tenantId: Redacted;
      readonly agent: Redacted;
      readonly rule: Redacted;
      /** `task`, `messages` or `content`. */
      readonly field: Redacted;
      readonly shadow: boolean;
    }
  | {
      /** A run that works has made no progress for longer than any step takes. */
      readonly type: 'run.stuck';
      readonly runId: Redacted;
      readonly agent: Redacted;
      readonly sinceMs: number;
    }
  | {
      /** A look at all unfinished runs is over. */
      readonly type: 'runs.swept';
      readonly unfinished: number;
      /** Of the unfinished: those that wait for a person or for room in a budget. */
      readonly waiting: number;
      /** Those that no worker has begun. */
      readonly queued: number;
      readonly stuck: number;
      /** Those that could not be looked at; the next look will. */
      readonly failed: number;
    }
  | {
      /** A tool call would have broken a flow rule: `asked` a person about, or `refused` where nobody can be asked. */
      readonly type: 'tool.held';
      readonly runId: Redacted;
      readonly agent: Redacted;
      readonly tool: Redacted;
      /** As `exfiltration`. */
      readonly rule: Redacted;
      readonly outcome: Redacted;
    }
  | {
      /** Nothing of an end user is left but amounts. */
      readonly type: 'user.erased';
      readonly tenantId: Redacted;
      /** The pseudonym, as the books have it. */
      readonly user: Redacted;
      readonly tookMs: number;
    }
  | {
      readonly type: 'tool.finished';
      readonly runId: Redacted;
      readonly agent: Redacted;
      readonly tool: Redacted;
      readonly toolUseId: Redacted;
      /** `ok`, `fallback` (it failed, and its fallback stood in), `declined`, `invalid-input` or `error`. */
      readonly outcome: Redacted;
      /** What went wrong, as `timeout` or `unknown-tool`; `null`: nothing did. */
      readonly fault: Redacted | null;
      /** Class and code of what the tool threw; never its message. */
      readonly error: Redacted | null;
      readonly durationMs: number;
      /** How long its input was as JSON, and what the model was given of its result. */
      readonly inputChars: number;
      readonly outputChars: number;
    }
  | {
      /** A hook of the user's threw, or took too long: nothing else changed. */
      readonly type: 'hook.failed';
      readonly hook: Redacted;
      readonly runId: Redacted;
      readonly agent: Redacted;
      /** Class and code of what it threw; never its message. */
      readonly error: Redacted;
    }
  | {
      /** A tool has written a line of its own. */
      readonly type: 'tool.logged';
      readonly runId: Redacted;
      readonly agent: Redacted;
      readonly tool: Redacted;
      readonly level: keyof Log;
      readonly message: Redacted;
      readonly fields: LogFields;
    }
  | {
      /** Spans could not be sent, and are lost. */
      readonly type: 'spans.lost';
      readonly count: number;
      readonly error: Redacted;
    }
  | {
      /** The last byte of an answer is out. Its line in the log is written apart, with more than listeners need. */
      readonly type: 'request.finished';
      readonly function: Redacted;
      readonly method: Redacted;
      /** The template of its path, such as `/agent/runs/{runId}`. */
      readonly route: Redacted;
      /** As the client was told, by the status line or by the last event of a stream. */
      readonly status: number;
      /** By the status line: of a stream that failed later, 200. */
      readonly statusLine: number;
      /** The code of the problem that was told; `null` where the answer was what was asked for. */
      readonly error: Redacted | null;
      readonly durationMs: number;
      /** How many requests of its function the process was answering then, itself among them. */
      readonly inFlight: number;
    };
