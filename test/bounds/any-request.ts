import type { Random } from '../../lib/kernel/clock.ts';
import { BILLED_MODELS, type JsonBody } from './provider-bill.ts';
import type { TypeModel } from './sdk-types.ts';

/** Like nothing that any client knows. */
const HOLOGRAM = 'hologram_20270101';

export const pick = <T>(random: Random, from: readonly T[]): T => {
  const one = from[Math.floor(random() * from.length)];
  if (one === undefined) throw new RangeError('nothing to pick from');
  return one;
};
const whole = (random: Random, below: number): number => Math.floor(random() * below);

const TEXTS = ['', 'x', 'What is ballast?', '船 🚢 مرحبا', '"ttl":"1h"', 'a b c '.repeat(40), 'é'.repeat(99)];
const NAMES = ['weigh', 'search', 'web_search', 'speed'];
const IDS = ['srvtoolu_1', 'srvtoolu_2', 'toolu_1'];

/** What the client's own JSON may be: words that would be features elsewhere. */
const ownData = (random: Random): JsonBody => ({
  [pick(random, ['ttl', 'speed', 'type', 'tools', 'model', 'x'])]: pick(random, [
    '1h',
    'fast',
    'advisor_20260301',
    7,
    null,
  ]),
  nested: [
    {
      [pick(random, ['fallbacks', 'thread', 'y'])]: pick<unknown>(random, [
        'default',
        true,
        { type: 'web_search_20260318' },
      ]),
    },
  ],
});

const textFor = (name: string, random: Random): string => {
  if (name === 'model') return pick(random, BILLED_MODELS);
  if (name === 'name' || name === 'tool_name') return pick(random, NAMES);
  if (name === 'id' || name === 'tool_use_id') return pick(random, IDS);
  if (name === 'inference_geo') return pick(random, ['us', 'global']);
  if (name === 'data') return Buffer.from(pick(random, TEXTS).padEnd(60, '.')).toString('base64');
  return pick(random, TEXTS);
};

const numberFor = (name: string, random: Random): number => {
  if (name === 'max_tokens')
    return random() < 0.1 ? whole(random, 12) : 1 + whole(random, random() < 0.2 ? 60_000 : 3_000);
  if (name === 'max_uses') return whole(random, 6);
  return whole(random, 4_000);
};

/** Members that are sent as headers by the SDK, and the one that says how to answer. */
const LEFT_OUT = new Set(['betas', 'workspace_id', 'user_profile_id', 'stream']);

export interface AnyRequest {
  readonly body: JsonBody;
  readonly betas: readonly string[];
}

/**
 * Makes requests of a client's types: every kind of block, tool and member, nested anywhere; one in ten with something that no type
 * knows, somewhere. `rarity`: how seldom an optional member is there.
 */
export const anyRequest = (type: TypeModel, betas: readonly string[], random: Random): AnyRequest => {
  const made: Record<string, unknown>[] = [];
  // Most requests ask for little, some for everything.
  const rarity = random() < 0.2 ? 0.4 : 0.06;
  const longest = 1 + whole(random, 3);

  const make = (model: TypeModel, name: string, depth: number): unknown => {
    switch (model.is) {
      case 'literal':
        return model.value;
      case 'string':
        return textFor(name, random);
      case 'number':
        return numberFor(name, random);
      case 'boolean':
        return random() < 0.5;
      case 'null':
        return null;
      case 'any':
        return name === 'trigger' ? null : ownData(random);
      case 'list':
        return Array.from({ length: depth > 9 ? 0 : name === 'messages' ? longest : whole(random, longest + 1) }, () =>
          make(model.of, name, depth + 1),
        );
      case 'union':
        return make(name === 'model' ? { is: 'string' } : pick(random, model.of), name, depth);
      case 'object': {
        const object: Record<string, unknown> = {};
        made.push(object);
        for (const [member, { optional, type: of }] of Object.entries(model.members)) {
          if (LEFT_OUT.has(member)) continue;
          const isWanted = !optional || (depth < 10 && random() < (member === 'tools' ? 0.4 : rarity));
          // Half of the limits that a server tool can have are there.
          if (isWanted || (member === 'max_uses' && random() < 0.7)) object[member] = make(of, member, depth + 1);
        }
        return object;
      }
    }
  };

  const body = make(type, 'body', 0) as Record<string, unknown>;
  const isStrange = random() < 0.1;
  if (isStrange) {
    const target = pick(random, made);
    if (random() < 0.5) target[HOLOGRAM] = pick<unknown>(random, [1, true, 'x', { type: 'x' }]);
    else target['type'] = HOLOGRAM;
  }
  const chosen = random() < 0.5 ? [] : [pick(random, betas), pick(random, betas)];
  return { body, betas: random() < 0.03 ? [...chosen, 'hologram-2027-01-01'] : chosen };
};
