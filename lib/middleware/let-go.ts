/**
 * Lets a function end although something is left open, such as a socket that a tool forgot: a runtime before that of Node 24
 * keeps it, billed, until its event loop is empty, or its timeout. That of Node 24 never does, and asks nothing.
 */
export const letGo = (context: unknown): void => {
  if (typeof context === 'object' && context !== null)
    (context as { callbackWaitsForEmptyEventLoop?: boolean }).callbackWaitsForEmptyEventLoop = false;
};
