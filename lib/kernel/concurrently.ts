/**
 * Does `act` to every item, at most `limit` at a time; results in the order of the items. Rejects with the first failure,
 * after which no further item is begun.
 */
export const concurrently = async <T, R>(
  items: Iterable<T> | AsyncIterable<T>,
  limit: number,
  act: (item: T) => Promise<R>,
): Promise<R[]> => {
  const results: R[] = [];
  const source = Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();
  let taken = 0;
  let stopped = false;
  // An iterator is asked one question at a time, so the workers wait for each other's.
  let turn: Promise<unknown> = Promise.resolve();
  const take = () => {
    const taking = turn.then(async () => {
      if (stopped) return null;
      const next = await source.next();
      return next.done ? null : { item: next.value, at: taken++ };
    });
    turn = taking.catch(() => undefined);
    return taking;
  };
  const work = async () => {
    for (let one = await take(); one !== null; one = await take()) results[one.at] = await act(one.item);
  };
  const worker = () =>
    work().catch((error: unknown) => {
      stopped = true;
      throw error;
    });
  await Promise.all(Array.from({ length: limit }, worker));
  return results;
};
