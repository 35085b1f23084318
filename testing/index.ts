/** What a test of an agent is written with. */
export type { FakeAnswer, FakeFetch } from './fake-fetch.ts';
export { faults, type LeftAlone, type Midway } from './faults.ts';
export type { Asked, TestRunOptions } from './options.ts';
export type { Script } from './play-script.ts';
export type { RecordedEvent } from './recorded-events.ts';
export { always, calls, declines, type Once, says, together, type ToolUse, type Turn } from './script.ts';
export { testRun } from './test-run.ts';
export { type TestedTool, testTool, type TestToolOptions } from './test-tool.ts';
export type { LoggedLine, TestedRun } from './tested-run.ts';
export type { ToolCalled } from './tool-calls.ts';
