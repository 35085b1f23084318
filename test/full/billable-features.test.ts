import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { COUNTED, JUDGED_ON, NO_INPUT, SHAPES } from '../../lib/pricing/bounds/billable-features.ts';
import type { Kind, Member } from '../../lib/pricing/bounds/judgement.ts';
import { BETAS, MILLION_TOKEN_BETAS, UNBOUNDED_BETAS } from '../../lib/pricing/bounds/known-betas.ts';
import { literalsOf, readSdkTypes, type TypeModel } from '../bounds/sdk-types.ts';
import { HEADERS } from '../gateway/agent-turns.ts';

const MODULES = join(import.meta.dirname, '../../node_modules');
const OWN_MODULES = join(import.meta.dirname, 'node_modules');

/** The SDK that is installed, and the oldest that is tested. */
const SDKS = readSdkTypes(join(MODULES, '@anthropic-ai/sdk'), join(OWN_MODULES, 'anthropic-sdk-0'));
const BODIES = SDKS.flatMap(({ bodies }) => bodies);

/** Members of the SDK's parameters that it sends as headers. */
const SENT_AS_HEADERS = ['workspace_id', 'user_profile_id', 'betas'];

interface Compared {
  /** What the types have and nobody has judged. */
  readonly unjudged: Set<string>;
  /** What of the list some type has: `shape`, `shape:type`, `shape.member` and `shape.member=value`. */
  readonly seen: Set<string>;
}

/** Walks a client's types beside the list. */
const compare = (bodies: readonly TypeModel[]): Compared => {
  const unjudged = new Set<string>();
  const seen = new Set<string>();
  const visited = new Map<TypeModel, Set<Kind>>();

  const againstValues = (type: TypeModel, { allowed, unbounded }: Member & { is: 'value' }, where: string) => {
    for (const value of literalsOf(type)) {
      seen.add(`${where}=${value}`);
      if (![...allowed, ...unbounded].includes(value)) unjudged.add(`${where}=${value}`);
    }
  };
  const object = (type: TypeModel & { is: 'object' }, shape: string, where: string) => {
    const place = SHAPES[shape];
    if (place === undefined) throw new Error(`no shape ${shape}`);
    seen.add(shape);
    const types = place.kinds.size === 0 ? [] : literalsOf(type.members['type']?.type ?? { is: 'any' });
    const kinds = types.length === 0 ? [place.untyped] : types.map((each) => place.kinds.get(each));
    for (const each of types) seen.add(`${shape}:${each}`);
    kinds.forEach((kind, at) => {
      if (kind === undefined) {
        unjudged.add(`${where}: ${types[at] ?? type.name}`);
        return;
      }
      const before = visited.get(type) ?? new Set();
      if (kind.bound === 'unbounded' || before.has(kind)) return;
      visited.set(type, before.add(kind));
      for (const [name, member] of Object.entries(type.members)) {
        seen.add(`${shape}.${name}`);
        const judged = kind.members.get(name);
        if (judged === undefined) unjudged.add(`${where}: ${types[at] ?? shape}.${name}`);
        else walk(member.type, judged, `${shape}.${name}`);
      }
    });
  };
  const walk = (type: TypeModel, member: Member, where: string): void => {
    if (member.is === 'value') return againstValues(type, member, where);
    if (member.is !== 'shape') return;
    if (type.is === 'union') return type.of.forEach((each) => walk(each, member, where));
    if (type.is === 'list') return walk(type.of, { ...member, text: false }, where);
    if (type.is === 'object') return object(type, member.shape, where);
    if (type.is === 'null' || (type.is === 'string' && member.text)) return;
    if (type.is === 'literal' && member.text) return;
    unjudged.add(`${where}: ${type.is}`);
  };
  for (const body of bodies) walk(body, { is: 'shape', shape: 'body', text: false }, 'body');
  return { unjudged, seen };
};

/** A body whose types have one more member. */
const withMember = (body: TypeModel, name: string, type: TypeModel): TypeModel =>
  body.is === 'object' ? { ...body, members: { ...body.members, [name]: { optional: true, type } } } : body;

it('says when it was judged', () => {
  expect(Date.parse(JUDGED_ON)).toBeGreaterThan(Date.UTC(2026, 0, 1));
});

it('judges every member, block, tool, source, edit and value that the SDKs’ types have, wherever it stands', () => {
  const { unjudged, seen } = compare(BODIES);
  expect([...unjudged]).toEqual([]);
  // It did look: at the deepest that there is.
  expect([...seen]).toEqual(
    expect.arrayContaining(['tool:advisor_20260301', 'added_tool:tool_definition', 'edit:compact_20260112']),
  );
  expect(seen.size).toBeGreaterThan(300);
});

it.each<[what: string, body: (of: TypeModel) => TypeModel, found: string]>([
  ['a member', (body) => withMember(body, 'hologram', { is: 'boolean' }), 'body: body.hologram'],
  [
    'a tool',
    (body) =>
      withMember(body, 'tools', {
        is: 'object',
        name: 'HologramTool',
        members: { type: { optional: false, type: { is: 'literal', value: 'hologram_20270101' } } },
      }),
    'body.tools: hologram_20270101',
  ],
  ['a value', (body) => withMember(body, 'speed', { is: 'literal', value: 'ludicrous' }), 'body.speed=ludicrous'],
])('notices %s that nobody has judged', (_, changed, found) => {
  const [body] = BODIES;
  expect([...compare(body === undefined ? [] : [changed(body)]).unjudged]).toEqual([found]);
});

/** What is on the list and in no type of an SDK, with where it comes from. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  'body.safeguards': '@ai-sdk/anthropic: dangerous_tool_use',
  'body.classifier_context': '@ai-sdk/anthropic: dangerous_tool_use',
  'cache_control.scope': 'Claude Code, under prompt-caching-scope-2026-01-05',
  'caller:code_execution_20260521': 'the SDK’s allowed_callers',
  'caller.tool_id': 'the SDK’s ServerToolCaller',
  'citation.file_id': 'the SDK’s citations of an answer, which clients send back',
  'format.name': '@langchain/anthropic',
  'format.strict': '@langchain/anthropic',
};

it('has nothing that no client’s types know, unless it says where that comes from', () => {
  const { seen } = compare(BODIES);
  const unknown = Object.entries(SHAPES).flatMap(([shape, { kinds, untyped }]) => {
    const all = [...kinds.values(), ...(untyped === undefined ? [] : [untyped])];
    const members = all.flatMap(({ bound, members: of }) => (bound === 'unbounded' ? [] : [...of.keys()]));
    return [
      shape,
      ...[...kinds.keys()].map((type) => `${shape}:${type}`),
      ...members.map((name) => `${shape}.${name}`),
    ].filter((name) => !seen.has(name) && !(name in ELSEWHERE));
  });
  expect([...new Set(unknown)]).toEqual([]);
});

it('counts as input, or as none, only members that are on the list', () => {
  const members = [...(SHAPES['body']?.untyped?.members.keys() ?? [])];
  expect(members).toEqual(expect.arrayContaining([...COUNTED, ...NO_INPUT]));
});

const JUDGED_BETAS = [...BETAS, ...MILLION_TOKEN_BETAS, ...UNBOUNDED_BETAS];
const SDK_BETAS = SDKS.flatMap(({ betas }) => betas);
const BETA = /\b[a-z0-9]+(?:-[a-z0-9]+)*-20\d\d-\d\d-\d\d\b/g;

/** The names of betas in what a package is built to. */
const betasOf = (name: string): string[] => {
  const root = join(OWN_MODULES, name, 'dist');
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((file) => /\.(m?js|cjs)$/.test(file));
  return files.flatMap((file) => readFileSync(join(root, file), 'utf8').match(BETA) ?? []);
};
const FRAMEWORK_BETAS = ['@ai-sdk/anthropic', '@langchain/anthropic'].flatMap(betasOf);
const RECORDED_BETAS = HEADERS['anthropic-beta']?.split(',') ?? [];

it('judges every beta of the SDKs’ types, of the frameworks, and of what a coding agent was recorded to send', () => {
  expect(SDK_BETAS.length).toBeGreaterThan(80);
  expect(RECORDED_BETAS.length).toBeGreaterThan(5);
  const all = [...SDK_BETAS, ...FRAMEWORK_BETAS, ...RECORDED_BETAS];
  expect([...new Set(all)].filter((beta) => !JUDGED_BETAS.includes(beta))).toEqual([]);
});

/** Betas that none of those has, with where they come from. */
const BETAS_ELSEWHERE: Readonly<Record<string, string>> = {
  'oauth-2025-04-20': 'Claude Code with a token of an account, by published recordings',
  'prompt-caching-scope-2026-01-05': 'Claude Code 2.1.185, by published recordings',
  'redact-thinking-2026-02-12': 'published constants of Claude Code',
  'structured-outputs-2025-12-15': 'published constants of Claude Code',
  'token-efficient-tools-2026-03-28': 'published constants of Claude Code',
  'tool-search-tool-2025-10-19': 'published constants of Claude Code',
  'web-search-2025-03-05': 'published constants of Claude Code',
  'fine-grained-tool-streaming-2025-05-14': 'the provider’s guide to streaming of tool inputs',
};

it('has no beta that no client sends, unless it says where that comes from', () => {
  const known = new Set([...SDK_BETAS, ...FRAMEWORK_BETAS, ...RECORDED_BETAS, ...Object.keys(BETAS_ELSEWHERE)]);
  expect(JUDGED_BETAS.filter((beta) => !known.has(beta))).toEqual([]);
  expect(new Set(JUDGED_BETAS).size).toBe(JUDGED_BETAS.length);
  expect(SENT_AS_HEADERS.every((name) => SHAPES['body']?.untyped?.members.has(name))).toBe(true);
});
