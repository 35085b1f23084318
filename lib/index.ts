/** The front door, `ballast`: what an agent and its tools are written with. Files of `lib` may move behind it. */
export type { AgentOptions } from './agent/define/agent-options.ts';
export { type Agent, defineAgent } from './agent/define/define-agent.ts';
export { declined, defineTool, fatal, type Tool } from './agent/define/define-tool.ts';
export { bearer, secretHeader } from './agent/define/endpoint.ts';
export { httpGet, type HttpGetOptions } from './agent/define/http-get.ts';
export { planCalls } from './agent/define/plan-calls.ts';
export type { ToolContext, ToolOptions } from './agent/define/tool-options.ts';
export { AppError } from './kernel/errors.ts';
export { label, type Redacted, safe } from './kernel/redacted.ts';
export type { HookContext, HookEvents, HookName, Hooks } from './telemetry/hooks/hook-events.ts';
/** Schemas. `scripts/front-door.ts` lets the build keep only those functions of it that are used. */
export * as z from 'zod/mini';
