import type { Agent } from '../lib/agent/define/define-agent.ts';
import { asTurn, describeTurn, type Once, type Turn } from './script.ts';
import { type ScriptedAnswer, status, toolCalls } from './upstream/answers.ts';
import { slowFirstContent } from './upstream/broken.ts';

type Turns = readonly (string | Turn)[];

/** What the model does at each call: one list for whichever model is asked, or a list for each model. */
export type Script = Turns | Readonly<Record<string, Turns>>;

/** A script that is being played; each turn once, in its order. */
export interface Playing {
  /** What a model answers next. Where nothing is left that is the test's mistake, and the API refuses. */
  readonly answerOf: (model: string) => ScriptedAnswer;
  /** The input of each call of a tool that the model has made, by its id. */
  readonly inputs: ReadonlyMap<string, unknown>;
  /** What the script holds and no model was asked for; `null`: nothing. */
  unused(): string | null;
}

const ANY = '*';

const isList = (script: Script): script is Turns => Array.isArray(script);

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;

const checkOrder = (turns: readonly Turn[]): void => {
  const first = turns.findIndex(({ kind }) => kind === 'always');
  if (first >= 0 && first < turns.length - 1)
    throw new TypeError('always(…) stands last in its list: no turn behind it would ever be taken.');
};

const checkTools = (turns: readonly Turn[], { name: agent, tools }: Agent): void => {
  for (const each of turns) {
    const turn = each.kind === 'always' ? each.turn : each;
    for (const { name, invented } of turn.kind === 'answer' ? turn.calls : []) {
      const known = [...tools.keys()].join(', ') || 'none';
      if (!invented && !tools.has(name))
        throw new TypeError(
          `The script calls the tool "${name}", which the agent ${agent} does not have. It has: ${known}. ` +
            'Where the model is to make a tool up, say so: calls(name, input, { invented: true }).',
        );
      if (invented && tools.has(name))
        throw new TypeError(`The script invents the tool "${name}", which ${agent} has.`);
    }
  }
};

/** Begins a script. Throws a TypeError where it calls a tool that the agent does not have. */
export const playScript = (script: Script, agent: Agent, mistake: (sentence: string) => void): Playing => {
  const lists = new Map(
    Object.entries(isList(script) ? { [ANY]: script } : script).map(([model, turns]) => [model, turns.map(asTurn)]),
  );
  for (const turns of lists.values()) {
    checkOrder(turns);
    checkTools(turns, agent);
  }
  const left = new Map([...lists].map(([model, turns]) => [model, [...turns]]));
  const asked = new Set<string>();
  const inputs = new Map<string, unknown>();

  const play =
    (turn: Once): ScriptedAnswer =>
    (call) => {
      if (turn.kind === 'fault') return turn.answer(call);
      const { text, options, delayMs } = turn;
      const uses = turn.calls.map(({ name, input }, at) => ({ name, input, id: `toolu_${call.requestId}_${at}` }));
      for (const { id, input } of uses) inputs.set(id, input);
      const answer = toolCalls(uses, { ...options, ...(text === '' && uses.length > 0 ? {} : { text }) });
      return (delayMs === 0 ? answer : slowFirstContent(delayMs, answer))(call);
    };

  return {
    answerOf(model) {
      const list = lists.has(model) ? model : ANY;
      const turns = left.get(list);
      const turn = turns?.[0];
      asked.add(list);
      if (turn?.kind === 'always') return play(turn.turn);
      turns?.shift();
      if (turn !== undefined) return play(turn);
      const of = lists.get(list);
      const known = [...lists.keys()].join(', ');
      mistake(
        of === undefined
          ? `${model} was asked, and the script has turns for ${known} alone.`
          : `${model} was asked once more than the script has turns: it has ${counted(of.length, 'turn')}${list === ANY ? '' : ' for this model'}.`,
      );
      return status(400);
    },
    inputs,
    unused() {
      const rest = [...left].flatMap(([model, turns]) =>
        turns
          .filter(({ kind }) => kind !== 'always' || !asked.has(model))
          .map((turn) => (model === ANY ? '' : `${model} `) + describeTurn(turn)),
      );
      if (rest.length === 0) return null;
      return `${counted(rest.length, 'turn')} of the script ${rest.length === 1 ? 'was' : 'were'} never asked for: ${rest.join('; ')}.`;
    },
  };
};
