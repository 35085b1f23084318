import type { Tool } from '../define/define-tool.ts';

/** What a tool's fallback says for this input; null where it has none, or it fails, or it gives no text. Never throws. */
export const fallbackText = (tool: Tool, input: never): string | null => {
  try {
    // Without types it may be anything, and the model takes text alone.
    const content: unknown = tool.fallback?.(input);
    if (typeof content === 'string') return content;
    // A promise that nobody waits for must not end the process.
    if (content instanceof Promise) content.catch(() => undefined);
    return null;
  } catch {
    return null;
  }
};
