import type { Directive, Effect } from './directive.ts';
import { readJsonObject } from './json-object.ts';
import { readPlain } from './plain-directives.ts';

interface Match {
  readonly directive: Directive;
  readonly end: number;
}

const whole = (text: string, start: number, end: number, effect: Effect): Match => ({
  directive: { source: text.slice(start, end), effect, times: null, model: null, turn: null },
  end,
});

const readSay = (text: string, start: number): Match | null => {
  const from = start + '[[say:'.length;
  if (!text.startsWith('[[say:', start)) return null;
  const end = text.indexOf(']]', from);
  return end <= from ? null : whole(text, start, end + 2, { kind: 'say', text: text.slice(from, end) });
};

const TOOL = /\[\[(tool|tool-loop|step):([\w-]{1,128})\s*/y;

const readTool = (text: string, start: number): Match | null => {
  TOOL.lastIndex = start;
  const match = TOOL.exec(text);
  if (!match) return null;
  const json = readJsonObject(text, TOOL.lastIndex);
  const close = json?.end ?? TOOL.lastIndex;
  if (!text.startsWith(']]', close)) return null;
  const kind = match[1] as 'tool' | 'tool-loop' | 'step';
  return whole(text, start, close + 2, { kind, name: match[2] ?? '', input: json?.value ?? {} });
};

/** The directives in a text, and the text without them. What is no well-formed directive stays in the text. */
export const readDirectives = (text: string): { directives: Directive[]; rest: string } => {
  const directives: Directive[] = [];
  let rest = '';
  let at = 0;
  for (let start = text.indexOf('[['); start >= 0; start = text.indexOf('[[', at)) {
    const match = readSay(text, start) ?? readTool(text, start) ?? readPlain(text, start);
    if (match) directives.push(match.directive);
    const next = match?.end ?? start + 1;
    rest += text.slice(at, match ? start : next);
    at = next;
  }
  return { directives, rest: rest + text.slice(at) };
};
