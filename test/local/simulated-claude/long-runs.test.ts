import type Anthropic from '@anthropic-ai/sdk';
import type { Message, MessageParam } from '@anthropic-ai/sdk/resources/messages';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { spreadOver } from '../../../local/simulated-claude/faults.ts';
import { type SimulatedClaude, startSimulatedClaude } from '../../../local/simulated-claude/start-simulated-claude.ts';
import { jsonSteps, type Step } from '../../../local/simulated-claude/steps.ts';
import { systemClock } from '../../upstream/system-clock.ts';
import { asking, clientOf, textOf, toolOf } from './ask.ts';
import { answered, calls } from './conversation.ts';
import { createManualClock } from './manual-clock.ts';

let claude: SimulatedClaude;
let client: Anthropic;
beforeAll(async () => {
  claude = await startSimulatedClaude({ clock: systemClock });
  client = clientOf(claude.url);
});
afterAll(() => claude.close());

const ask = (messages: MessageParam[]): Promise<Message> => client.messages.create(asking('', { messages }));

/** All answers to a task, each tool giving `done`, until one calls no tool. */
const work = async (task: string): Promise<Message[]> => {
  const all: Message[] = [];
  let messages: MessageParam[] = [{ role: 'user', content: task }];
  do {
    const answer = await ask(messages);
    all.push(answer);
    messages = [...messages, ...answered('', answer, () => 'done').slice(1)];
  } while (all.at(-1)?.stop_reason === 'tool_use');
  return all;
};

describe('tools one after the other', () => {
  const STEPS = [1, 2, 3, 4, 5].map((n) => `[[step:calculate {"expression":"${n}"}]]`).join(' ');

  it('take a turn each, in the order written, so that five are six calls', async () => {
    const all = await work(`Go on ${STEPS} [[count:12]]`);
    expect(all.map((message) => calls(message))).toEqual([
      ...[1, 2, 3, 4, 5].map((n) => [['calculate', { expression: String(n) }]]),
      [],
    ]);
    expect(textOf(all[5] as Message)).toBe('1 2 3 4 5 6 7 8 9 10 11 12');
  });

  it('are all that is called where a text is given', async () => {
    const answer = await client.messages.create(asking('2 + 2 [[count:3]]', { tools: [toolOf('calculate')] }));
    expect(textOf(answer)).toBe('1 2 3');
  });

  it('are the same when a call is made again, ids included', async () => {
    const content = (messages: Message[]) => messages.map((message) => message.content);
    expect(content(await work(`Again ${STEPS}`))).toEqual(content(await work(`Again ${STEPS}`)));
  });

  it('come after those that are called in one turn', async () => {
    const all = await work('[[step:third]] [[tool:first]] [[tool:second]] [[step:fourth {"a":1}]]');
    expect(all.map((message) => calls(message))).toEqual([
      [
        ['first', {}],
        ['second', {}],
      ],
      [['third', {}]],
      [['fourth', { a: 1 }]],
      [],
    ]);
  });

  it('begin anew with what the user says meanwhile, and end where that has none', async () => {
    const [first] = await work('[[step:a]] [[step:b]]');
    const [task, call, result] = answered('[[step:a]] [[step:b]]', first as Message, () => 'done') as [
      MessageParam,
      MessageParam,
      MessageParam & { content: { type: 'tool_result'; tool_use_id: string }[] },
    ];
    const said = (text: string) =>
      ask([task, call, { role: 'user', content: [...result.content, { type: 'text', text }] }]);
    expect(calls(await said('[[step:c]]'))).toEqual([['c', {}]]);
    expect(calls(await said('Thank you.'))).toEqual([]);
  });
});

describe('a message that comes behind the task, as a block of its own', () => {
  const said = (...texts: string[]) => ask([{ role: 'user', content: texts.map((text) => ({ type: 'text', text })) }]);

  it('replaces its directives, by others or by none', async () => {
    expect(textOf(await said('[[fault:529]] [[tool:a]]', '[[say:ok1]]'))).toBe('ok1');
    expect(textOf(await said('[[fault:529]] [[count:30]]', 'Thank you.'))).toContain('would now answer "Thank you."');
    expect(textOf(await said('[[fault:529]]', '[[say:ok1]]', '[[count:3]]'))).toBe('1 2 3');
  });

  it('is none without a word', async () => {
    expect(textOf(await said('[[say:ok1]]', ' '))).toBe('ok1');
  });

  it('leaves how often a directive holds to those that count', async () => {
    expect(textOf(await said('[[fault:529 times=1 id=replaced]]', 'Thank you.'))).toContain('Thank you.');
    await expect(said('[[fault:529 times=1 id=replaced]]')).rejects.toMatchObject({ status: 529 });
    expect(textOf(await said('[[fault:529 times=1 id=replaced]] Hello.'))).toContain('Hello.');
  });
});

describe('a directive for one turn', () => {
  it('holds for that call alone, as often as it says', async () => {
    const task = 'Go [[step:a]] [[fault:529 turn=2 times=1]]';
    const first = await ask([{ role: 'user', content: task }]);
    const messages = answered(task, first, () => 'done');
    await expect(ask(messages)).rejects.toMatchObject({ status: 529 });
    expect(calls(await ask(messages))).toEqual([]);
  });

  it.each(['turn=0', 'turn=x', 'turn='])('is text where it says %s', async (turn) => {
    expect(textOf(await ask([{ role: 'user', content: `[[fault:529 ${turn}]]` }]))).toContain(turn);
  });
});

describe('an answer that takes its time', () => {
  const delta: Step = { do: 'send', bytes: '', piece: 'content_block_delta', billed: null };
  const other: Step = { do: 'send', bytes: '', piece: 'content_block_stop', billed: null };

  it('comes in pieces evenly over it', () => {
    const steps = [...spreadOver([other, delta, delta, delta, other], 1_000)];
    expect(steps.map((step) => (step.do === 'wait' ? step.ms : step))).toEqual([
      ...[other, 333, delta, 334, delta, 333, delta, other],
    ]);
  });

  it('comes after it as JSON', () => {
    expect([...spreadOver(jsonSteps(200, '{}'), 1_000)][0]).toEqual({ do: 'wait', ms: 1_000 });
  });

  it('takes it where a task says so', async () => {
    const clock = createManualClock();
    const slow = await startSimulatedClaude({ clock });
    const answer = clientOf(slow.url).messages.create(asking('[[over:1500]]'));
    expect(await Promise.race([clock.timer(), answer])).toBe(1_500);
    clock.advance(1_500);
    expect(await answer).toMatchObject({ type: 'message' });
    await slow.close();
  });

  it('is still that answer', async () => {
    const { content } = await client.messages.stream(asking('[[count:30]] [[over:60]]')).finalMessage();
    expect(content).toMatchObject([{ text: Array.from({ length: 30 }, (_, at) => at + 1).join(' ') }]);
  });
});
