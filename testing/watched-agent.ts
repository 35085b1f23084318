import type { Agent } from '../lib/agent/define/define-agent.ts';
import type { Tool } from '../lib/agent/define/define-tool.ts';
import type { AutoClock } from './auto-clock.ts';
import type { ToolFetch } from './fake-fetch.ts';

export interface WatchedParts {
  readonly clock: AutoClock;
  readonly toolFetch: Pick<ToolFetch, 'isHanging'>;
  /** Told what a tool threw, by the idempotency key of its call. */
  readonly threw: (idempotencyKey: string, error: unknown) => void;
}

const watchedTool = (tool: Tool, { clock, toolFetch, threw }: WatchedParts): Tool => ({
  ...tool,
  async run(input, context) {
    const { signal, idempotencyKey } = context;
    // A tool that was stopped holds nothing, even where it does not listen.
    const isWaiting = () => signal.aborted || toolFetch.isHanging(signal);
    const end = clock.begin({ what: `the tool ${tool.name}`, isWaiting });
    try {
      return await tool.run(input, context);
    } catch (error) {
      threw(idempotencyKey, error);
      throw error;
    } finally {
      end();
    }
  },
});

/** The same agent, its tools announced to the clock while they work. */
export const watchedAgent = (agent: Agent, parts: WatchedParts): Agent => ({
  ...agent,
  tools: new Map([...agent.tools].map(([name, tool]) => [name, watchedTool(tool, parts)])),
});
