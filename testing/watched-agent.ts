import type { Agent } from '../lib/agent/define/define-agent.ts';
import type { Tool } from '../lib/agent/define/define-tool.ts';
import type { AutoClock } from './auto-clock.ts';
import type { ToolFetch } from './fake-fetch.ts';

export interface WatchedParts {
  readonly clock: AutoClock;
  readonly toolFetch: Pick<ToolFetch, 'isHanging'>;
  /** Tools that hold no time while they work. */
  readonly hangs: ReadonlySet<string>;
  readonly approves: boolean;
  /** Told what a tool threw, by the idempotency key of its call. */
  readonly threw: (idempotencyKey: string, error: unknown) => void;
}

const watchedTool = (tool: Tool, { clock, toolFetch, hangs, approves, threw }: WatchedParts): Tool => ({
  ...tool,
  requiresApproval: tool.requiresApproval && !approves,
  async run(input, context) {
    const { signal, idempotencyKey } = context;
    // A tool that was stopped holds nothing, even where it does not listen.
    let asleep = 0;
    const isWaiting = () => hangs.has(tool.name) || signal.aborted || toolFetch.isHanging(signal) || asleep > 0;
    const sleep: typeof context.sleep = async (ms) => {
      asleep += 1;
      clock.changed();
      await context.sleep(ms).finally(() => (asleep -= 1));
    };
    const end = clock.begin({ what: `the tool ${tool.name}`, isWaiting });
    try {
      return await tool.run(input, { ...context, sleep });
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
