/** The front door, `ballast`: what an agent and its tools are written with. Files of `lib` may move behind it. */
export { type Agent, type AgentOptions, defineAgent } from './agent/define/define-agent.ts';
export {
  declined,
  defineTool,
  fatal,
  type Tool,
  type ToolContext,
  type ToolOptions,
} from './agent/define/define-tool.ts';
export { bearer, secretHeader } from './agent/define/endpoint.ts';
export { AppError } from './kernel/errors.ts';
export { label, type Redacted, safe } from './kernel/redacted.ts';
/** Schemas. `scripts/front-door.ts` lets the build keep only those functions of it that are used. */
export * as z from 'zod/mini';
