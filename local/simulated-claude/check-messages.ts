import { blocksOf, type ContentBlockParam, type CountRequest, type MessageParam } from './request.ts';

const REQUIRED: Readonly<Record<string, readonly (keyof ContentBlockParam)[]>> = {
  text: ['text'],
  tool_use: ['id', 'name', 'input'],
  tool_result: ['tool_use_id'],
};

const wrongBlock = (block: ContentBlockParam, path: string): string | null => {
  for (const field of REQUIRED[block.type] ?? []) {
    if (block[field] === undefined) return `${path}.${block.type}.${String(field)}: Field required`;
  }
  if (block.type === 'text' && block.text === '') return `${path}: text content blocks must be non-empty`;
  return null;
};

const wrongContent = (messages: readonly MessageParam[]): string | null => {
  for (const [at, message] of messages.entries()) {
    const blocks = blocksOf(message.content);
    if (message.content.length === 0) return `messages.${at}: content must be non-empty`;
    for (const [index, block] of blocks.entries()) {
      const wrong = wrongBlock(block, `messages.${at}.content.${index}`);
      if (wrong !== null) return wrong;
    }
  }
  return null;
};

interface Turn {
  readonly role: string;
  readonly at: number;
  readonly blocks: ContentBlockParam[];
}

/** Neighbours of one role are one turn; system messages stand between turns without breaking them. */
const turnsOf = (messages: readonly MessageParam[]): Turn[] => {
  const turns: Turn[] = [];
  for (const [at, { role, content }] of messages.entries()) {
    if (role === 'system') continue;
    const last = turns.at(-1);
    if (last?.role === role) last.blocks.push(...blocksOf(content));
    else turns.push({ role, at, blocks: [...blocksOf(content)] });
  }
  return turns;
};

const unpaired = (turns: readonly Turn[]): string | null => {
  const seen = new Set<string>();
  for (const [index, turn] of turns.entries()) {
    const uses = turn.blocks.filter((block) => block.type === 'tool_use').map((block) => block.id ?? '');
    const before = new Set(turns[index - 1]?.blocks.filter((each) => each.type === 'tool_use').map((each) => each.id));
    const after = new Set(turns[index + 1]?.blocks.map((block) => block.tool_use_id));
    for (const block of turn.blocks) {
      if (block.type === 'tool_result' && !before.has(block.tool_use_id)) {
        return `messages.${turn.at}: tool_result ${block.tool_use_id} has no tool_use in the message before it`;
      }
    }
    for (const id of uses) {
      if (seen.has(id)) return `messages.${turn.at}: tool_use ids must be unique`;
      seen.add(id);
      if (turns[index + 1] !== undefined && !after.has(id)) {
        return `messages.${turn.at}: tool_use ${id} has no tool_result in the message after it`;
      }
    }
  }
  return null;
};

const MAX_BREAKPOINTS = 4;

const wrongCaching = (request: CountRequest): string | null => {
  const system = request.system === undefined ? [] : blocksOf(request.system);
  const blocks = [...(request.tools ?? []), ...system, ...request.messages.flatMap((each) => blocksOf(each.content))];
  const ttls = [...blocks, request].flatMap((each) => (each.cache_control ? [each.cache_control.ttl ?? '5m'] : []));
  if (ttls.length > MAX_BREAKPOINTS) {
    return `a maximum of ${MAX_BREAKPOINTS} blocks with cache_control may be provided, found ${ttls.length}`;
  }
  const late = ttls.lastIndexOf('1h') > ttls.indexOf('5m') && ttls.includes('5m') && ttls.includes('1h');
  return late ? 'cache_control: a ttl of 1h must not come after one of 5m' : null;
};

/** What the API would refuse about the conversation, whatever the model; `null` when nothing. */
export const wrongMessages = (request: CountRequest): string | null => {
  const names = (request.tools ?? []).map((tool) => tool.name);
  if (new Set(names).size < names.length) return 'tools: Tool names must be unique';
  const bare = (request.tools ?? []).findIndex((tool) => (tool.type ?? 'custom') === 'custom' && !tool.input_schema);
  if (bare >= 0) return `tools.${bare}.custom.input_schema: Field required`;
  return wrongContent(request.messages) ?? unpaired(turnsOf(request.messages)) ?? wrongCaching(request);
};
