/**
 * Whether a request may write to the one-hour cache: whether anything in it has a `ttl` other than five minutes.
 * A tool's own schema may have such a field too, which raises the bound and never lowers it.
 */
export const mayWriteForAnHour = (request: unknown): boolean => {
  // Not recursive: a body may be nested deeper than the stack.
  const open: unknown[] = [request];
  while (open.length > 0) {
    const value = open.pop();
    if (typeof value !== 'object' || value === null) continue;
    if ('ttl' in value && value.ttl !== undefined && value.ttl !== null && value.ttl !== '5m') return true;
    for (const inner of Object.values(value)) open.push(inner);
  }
  return false;
};
