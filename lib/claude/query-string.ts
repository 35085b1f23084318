/** A query as it goes on: each parameter by its value, or by all of them in their order. */
export type Query = Readonly<Record<string, string | readonly string[]>>;

/** A parameter of several values is written as often: the SDK would write it as `name[]`. */
export const queryString = (query: Query): string =>
  Object.entries(query)
    .flatMap(([name, values]) => [values].flat().map((value) => [name, value].map(encodeURIComponent).join('=')))
    .join('&');
