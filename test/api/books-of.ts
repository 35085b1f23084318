type Caller = { readonly ask: (path: string) => Promise<Response> };
type Period = Readonly<Record<string, unknown>> & { readonly forecastUsd?: unknown };

/** What `GET /usage/budget` says of a caller's day and month, but for the forecast, which falls as time goes by. */
export const booksOf = async ({ ask }: Caller): Promise<Readonly<Record<string, unknown>>> => {
  const periods = (await (await ask('/usage/budget')).json()) as Readonly<Record<string, Period>>;
  return Object.fromEntries(Object.entries(periods).map(([name, { forecastUsd: _, ...books }]) => [name, books]));
};
