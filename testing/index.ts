/** What a test of an agent is written with. */
export { faults, type LeftAlone, type Midway } from './faults.ts';
export type { HeardEvent } from './heard.ts';
export type { Asked, TestRunOptions } from './options.ts';
export type { OutsideAnswer, OutsideFetch } from './outside.ts';
export type { Script } from './script.ts';
export { testRun } from './test-run.ts';
export type { TestedRun } from './tested-run.ts';
export type { ToolCalled } from './told-tools.ts';
export { calls, declines, says, together, type ToolUse, type Turn } from './turns.ts';
