/** The columns of the provider's usage export, in its order. */
export const HEADER = [
  'usage_date_utc',
  'model_version',
  'api_key',
  'workspace',
  'usage_type',
  'context_window',
  'usage_input_tokens_no_cache',
  'usage_input_tokens_cache_write_5m',
  'usage_input_tokens_cache_write_1h',
  'usage_input_tokens_cache_read',
  'usage_output_tokens',
  'web_search_count',
  'inference_geo',
  'speed',
] as const;

/** Input, cache written for 5 minutes and for 1 hour, cache read, output, searches. */
export type Figures = readonly [number, number, number, number, number, number];

export const row = (day: string, model: string, figures: Figures, key = 'Ballast', workspace = 'Default'): string =>
  [day, model, key, workspace, 'standard', '≤ 200k', ...figures, 'global', ''].join(',');

export const reportOf = (...rows: readonly string[]): string => [HEADER.join(','), ...rows, ''].join('\n');
