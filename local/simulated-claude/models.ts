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

/** All models on one page. */
export const modelPage = () => ({
  data: MODELS.map((model) => infoOf(model)),
  has_more: false,
  first_id: MODELS.at(0)?.id ?? null,
  last_id: MODELS.at(-1)?.id ?? null,
});
