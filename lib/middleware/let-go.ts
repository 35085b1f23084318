/**
 * Lets a function end although something is left open, such as a socket that a tool forgot: by default the platform keeps
 * it, billed, until its event loop is empty, or its timeout.
 */
export const letGo = (context: unknown): void => {
  if (typeof context === 'object' && context !== null)
    (context as { callbackWaitsForEmptyEventLoop?: boolean }).callbackWaitsForEmptyEventLoop = false;
};
