import type { ModelInfo } from '@anthropic-ai/sdk/resources/models';

type Line = 'haiku' | 'sonnet' | 'opus' | 'fable' | 'mythos';

export interface SimulatedModel {
  readonly id: string;
  readonly line: Line;
  /** `5.5` of `claude-sonnet-5-5`. */
  readonly version: number;
  /** Tokens of the context window. */
  readonly maxInputTokens: number;
  readonly maxOutputTokens: number;
}

const VERSIONS: readonly (readonly [Line, readonly string[]])[] = [
  ['fable', ['5-2', '5-1', '5']],
  ['mythos', ['5-2', '5-1', '5']],
  ['opus', ['5-5', '5', '4-8', '4-7', '4-6', '4-5']],
  ['sonnet', ['5-5', '5', '4-6', '4-5']],
  ['haiku', ['5-5', '4-5']],
];

/** The generation of 4.5 has the smaller windows. */
const sizesOf = (version: number) =>
  version < 4.6
    ? { maxInputTokens: 200_000, maxOutputTokens: 64_000 }
    : { maxInputTokens: 1_000_000, maxOutputTokens: 128_000 };

const MODELS: readonly SimulatedModel[] = VERSIONS.flatMap(([line, versions]) =>
  versions.map((digits) => {
    const version = Number(digits.replace('-', '.'));
    return { id: `claude-${line}-${digits}`, line, version, ...sizesOf(version) };
  }),
);

/** The model of an id, with or without its date (`-20251001`); `null` when there is none. */
export const findModel = (id: string): SimulatedModel | null => {
  const family = id.replace(/-\d{8}$/, '');
  return MODELS.find((model) => model.id === family) ?? null;
};

const infoOf = (model: SimulatedModel, id = model.id): ModelInfo => ({
  type: 'model',
  id,
  display_name: `Simulated Claude ${model.line.charAt(0).toUpperCase()}${model.line.slice(1)} ${model.version}`,
  created_at: '1970-01-01T00:00:00Z',
  capabilities: null,
  lifecycle: 'active',
  deprecated_at: null,
  retires_at: null,
  line: model.line,
  max_input_tokens: model.maxInputTokens,
  max_tokens: model.maxOutputTokens,
});

export const modelInfo = (id: string): ModelInfo | null => {
  const model = findModel(id);
  return model && infoOf(model, id);
};

const DEFAULT_LIMIT = 20;
const LIMIT = /^(?:[1-9]\d{0,2}|1000)$/;

/** What is wrong with the query of a list; `null`: nothing. */
export const wrongQuery = (query: URLSearchParams): string | null => {
  const limit = query.get('limit');
  if (limit !== null && !LIMIT.test(limit)) return 'limit: Input should be from 1 to 1000';
  const cursor = ['after_id', 'before_id'].find((name) => query.has(name) && !findModel(query.get(name) ?? ''));
  return cursor === undefined ? null : `${cursor}: there is no such model`;
};

/** The page of a list that a query asks for: the first models behind `after_id`, or the last ones before `before_id`. */
export const modelPage = (query = new URLSearchParams()) => {
  const limit = Number(query.get('limit') ?? DEFAULT_LIMIT);
  const placeOf = (id: string) => MODELS.findIndex((model) => model.id === findModel(id)?.id);
  const before = query.get('before_id');
  const after = query.get('after_id');
  const behind = MODELS.slice(after === null ? 0 : placeOf(after) + 1);
  const left = before === null ? behind : MODELS.slice(0, placeOf(before));
  const page = before === null ? left.slice(0, limit) : left.slice(-limit);
  return {
    data: page.map((model) => infoOf(model)),
    has_more: page.length < left.length,
    first_id: page.at(0)?.id ?? null,
    last_id: page.at(-1)?.id ?? null,
  };
};
