import { defineAgent, defineTool, type ToolOptions, z } from 'ballast';
import { describe, expect, it } from 'vitest';
import {
  brokenRule,
  type EffectKind,
  joined,
  type ReadKind,
  rulesOf,
  type Taint,
} from '../../../lib/agent/flow/flow-rules.ts';

const models = { simple: 'claude-haiku-5-5', standard: 'claude-sonnet-5-5', complex: 'claude-opus-5-5' };
type Said = Partial<
  Pick<ToolOptions<z.ZodMiniObject, 'web', 'imap'>, 'reads' | 'does' | 'sideEffects' | 'endpoints' | 'secrets'>
>;
const toolOf = (name: string, said: Said) =>
  defineTool({ name, description: '', input: z.object({}), run: () => 'done', ...said });
const flowsOf = (...tools: ReturnType<typeof toolOf>[]) => {
  const agent = defineAgent({ name: 'a', description: '', system: 'x', models, tools });
  return [...agent.tools.values()].map(({ reads, does, sideEffects }) => ({ reads, does, sideEffects }));
};
const WEB = { web: 'https://web.example.com' };

describe('a call breaks a rule', () => {
  it.each<[string, Taint, readonly ReadKind[], readonly EffectKind[], string | null]>([
    ['never in a run that has read nothing', [], [], ['external', 'state'], null],
    ['never where only private data was read', ['private'], ['private'], ['external', 'state'], null],
    ['never where it does nothing', ['untrusted', 'private'], ['untrusted', 'private'], [], null],
    ['that sends to others, once both were read', ['untrusted', 'private'], [], ['external'], 'exfiltration'],
    ['that sends to others what it reads itself', ['untrusted'], ['private'], ['external'], 'exfiltration'],
    ['not where nothing private can be sent', ['untrusted'], [], ['external'], null],
    ['not by what it reads of others: it was chosen before', ['private'], ['untrusted'], ['external', 'state'], null],
    ['that changes something, once words of others were read', ['untrusted'], [], ['state'], 'manipulation'],
    ['of which the graver is named', ['untrusted', 'private'], [], ['state', 'external'], 'exfiltration'],
  ])('%s', (_title, taint, reads, does, rule) => {
    expect(brokenRule(taint, { reads, does })?.name ?? null).toBe(rule);
  });

  it('never by a tool that says nothing', () => {
    expect(brokenRule(['untrusted', 'private'], { reads: null, does: null })).toBeNull();
  });
});

it('what was read is a set in one order', () => {
  expect(joined(['private'], [], ['untrusted', 'private'])).toEqual(['untrusted', 'private']);
  expect(joined()).toEqual([]);
});

describe('of an agent', () => {
  it('none of whose tools says anything, nothing is assumed', () => {
    const none = { reads: [], does: [] };
    expect(flowsOf(toolOf('get', { endpoints: WEB }), toolOf('pay', { sideEffects: true }))).toMatchObject([
      none,
      none,
    ]);
  });

  it('none of whose tools says anything, but which says what is written for it, its tools are taken for what they may be', () => {
    const tools = [toolOf('get', { endpoints: WEB }), toolOf('pay', { sideEffects: true })];
    const agent = defineAgent({
      name: 'a',
      description: '',
      system: 'You are a test.',
      models,
      tools,
      inputReads: ['private'],
    });
    expect([...agent.tools.values()]).toMatchObject([
      { reads: ['untrusted', 'private'], does: [] },
      { reads: [], does: ['external', 'state'] },
    ]);
  });

  it('one of whose tools says something, the others are taken for what they may be', () => {
    const said = flowsOf(
      toolOf('inbox', { reads: ['private', 'untrusted'] }),
      toolOf('sum', {}),
      toolOf('get', { endpoints: WEB }),
      toolOf('letters', { secrets: { imap: { description: 'Password of the mailbox' } } }),
      toolOf('pay', { sideEffects: true }),
      toolOf('half', { reads: ['private'], sideEffects: true, endpoints: WEB }),
      toolOf('nothing', { reads: [], does: [], endpoints: WEB }),
    );
    expect(said).toMatchObject([
      { reads: ['private', 'untrusted'], does: [] },
      { reads: [], does: [] },
      { reads: ['untrusted', 'private'], does: [] },
      { reads: ['untrusted', 'private'], does: [] },
      { reads: [], does: ['external', 'state'] },
      { reads: ['private'], does: ['external', 'state'] },
      { reads: [], does: [] },
    ]);
  });

  it('a tool that says what it does, and not what it reads, is taken to read what it may', () => {
    const said = flowsOf(
      toolOf('fetch_mail', { does: [], endpoints: WEB }),
      toolOf('post', { does: ['external'], endpoints: WEB }),
      toolOf('delete', { does: ['state'] }),
    );
    expect(said).toMatchObject([
      { reads: ['untrusted', 'private'], does: [] },
      { reads: ['untrusted', 'private'], does: ['external'] },
      { reads: [], does: ['state'] },
    ]);
  });

  it('a tool that does something has side effects, unless it says that it has none', () => {
    const said = flowsOf(
      toolOf('mail', { does: ['external'] }),
      toolOf('search', { does: ['external'], sideEffects: false }),
      toolOf('note', { does: ['state'] }),
      toolOf('look', { reads: ['private'] }),
    );
    expect(said.map(({ sideEffects }) => sideEffects)).toEqual([true, false, true, false]);
  });

  it('the rules are those that its tools can break, with the tools', () => {
    const inbox = { name: 'inbox', reads: ['untrusted', 'private'], does: [] } as const;
    const page = { name: 'page', reads: ['untrusted'], does: ['external'] } as const;
    const note = { name: 'note', reads: [], does: ['state'] } as const;
    const exfiltration = { name: 'exfiltration', reads: ['untrusted', 'private'], does: 'external' };
    const manipulation = { name: 'manipulation', reads: ['untrusted'], does: 'state' };
    expect(rulesOf([inbox])).toEqual([]);
    expect(rulesOf([note])).toEqual([]);
    expect(rulesOf([page])).toEqual([]);
    expect(rulesOf([inbox, page])).toEqual([{ ...exfiltration, tools: ['page'] }]);
    expect(rulesOf([note], ['untrusted'])).toEqual([{ ...manipulation, tools: ['note'] }]);
    expect(rulesOf([page], ['private'])).toEqual([{ ...exfiltration, tools: ['page'] }]);
    expect(rulesOf([page, note])).toEqual([{ ...manipulation, tools: ['note'] }]);
  });
});
