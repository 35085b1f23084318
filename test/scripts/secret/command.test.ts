import { PassThrough } from 'node:stream';
import { parseEnv } from 'node:util';
import { describe, expect, it } from 'vitest';
import { Misused } from '../../../scripts/read-options.ts';
import { secretKinds } from '../../../scripts/secret/kinds.ts';
import { readCommand } from '../../../scripts/secret/read-command.ts';
import { readValue } from '../../../scripts/secret/read-value.ts';
import { WrongForm } from '../../../scripts/secret/secret-kind.ts';
import { withVariable } from '../../../scripts/secret/stores.ts';

const kinds = secretKinds(new Map([['shop-api', { what: 'the shop', isInHeader: true }]]));
const command = (words: string) => readCommand(words.split(' '), kinds);

describe('the words of npm run secret', () => {
  it('name what is done, with which secret, and where', () => {
    expect(command('put anthropic --stage dev --region eu-west-1')).toMatchObject({
      verb: 'put',
      kind: { name: 'anthropic' },
      stage: 'dev',
      region: 'eu-west-1',
    });
    expect(command('rotate jwt --local --kid b')).toMatchObject({ verb: 'rotate', stage: null, kid: 'b' });
    expect(command('list --local')).toMatchObject({ verb: 'list', kind: null });
  });

  it.each([
    [
      'put antropic --stage dev',
      'Did you mean anthropic? There are: anthropic, jwt, webhooks, alerts, otlp, tools/shop-api.',
    ],
    ['put webhook --stage dev', 'Did you mean webhooks?'],
    ['put shop-api --stage dev', 'Did you mean tools/shop-api?'],
    ['put canary --stage dev', 'There is no secret of this name. There are: anthropic,'],
    ['put --stage dev', 'Which secret? There are:'],
    ['put anthropic', 'Say where: --stage <stage>, or --local.'],
    ['put anthropic --stage dev --local', 'Say where:'],
    ['put anthropic --stage local', 'the one of npm start is --local'],
    ['put anthropic canary --stage dev', 'A value is never an argument'],
    ['list canary --stage dev', 'There is a word too many.'],
    ['put anthropic --value=canary --stage dev', 'One of the options is not known'],
    ['print anthropic --stage dev', 'Say what to do: list, put or rotate.'],
    ['rotate anthropic --stage dev', 'wait five minutes'],
    ['put anthropic --stage dev --kid b', '--kid is for jwt alone'],
    ['put jwt --stage dev --generate', '--generate is for webhooks alone'],
    ['put jwt --stage dev --json', '--json is for list alone'],
    ['put jwt --stage dev --finish', '--finish ends a rotation'],
  ])('that are wrong are answered with what is right: %s', (words, sentence) => {
    expect(() => command(words)).toThrow(Misused);
    expect(() => command(words)).toThrow(sentence);
    expect(() => command(words)).toThrow(/^(?![\s\S]*canary)/);
  });
});

describe('a value', () => {
  const source = (isTTY: boolean) => {
    const asked: string[] = [];
    return { asked, input: Object.assign(new PassThrough(), { isTTY }), ask: (text: string) => void asked.push(text) };
  };

  it('is what is piped in, without the white space around it', async () => {
    const { input, ...rest } = source(false);
    input.end(' canary\n');
    expect(await readValue({ input, ...rest }, 'Key: ')).toBe('canary');
    expect(rest.asked).toEqual([]);
  });

  it('is asked for on a terminal, and what is typed is not shown', async () => {
    const { input, asked, ask } = source(true);
    const value = readValue({ input, ask }, 'Key: ');
    input.write('canary\n');
    expect(await value).toBe('canary');
    expect(asked).toEqual(['Key: ', '\n']);
  });

  it.each(['', ' \n', 'x'.repeat(65_537)])('is not nothing, and not more than Secrets Manager takes', async (text) => {
    const { input, ask } = source(false);
    input.end(text);
    await expect(readValue({ input, ask }, 'Key: ')).rejects.toThrow(WrongForm);
  });

  it('is not the first line alone of what was pasted', async () => {
    const { input, ask } = source(true);
    const value = readValue({ input, ask }, 'Key: ');
    input.write('-----BEGIN PRIVATE KEY-----\ncanary\n');
    await expect(value).rejects.toThrow('several lines');
  });

  it('is none where the terminal is left', async () => {
    const { input, ask } = source(true);
    const value = readValue({ input, ask }, 'Key: ');
    input.end();
    await expect(value).rejects.toThrow('Nothing was written.');
  });
});

describe('a variable of .env', () => {
  it.each(['plain_1', 'two words', `it's`, `it's "quoted"`, '{"a": "b"}', 'a#b', 'two\nlines', '$HOME'])(
    'may be %j',
    (value) => {
      const text = withVariable('A=1\n# B=2\n', 'B', value);
      expect(parseEnv(text)).toEqual({ A: '1', B: value });
      expect(parseEnv(withVariable(text, 'B', 'next'))).toEqual({ A: '1', B: 'next' });
      expect(withVariable(text, 'B', null)).toBe('A=1\n# B=2\n');
    },
  );

  it('takes the place of all that were set before, and leaves the rest as it is', () => {
    const before = '# first\nexport KEY = "a\nb"\nOTHER_KEY=1\nKEY=2 # why\n\nlast=3';
    // A line above that sets nothing keeps no value out.
    for (const idle of ['A= \nB=2\n', 'A=\t\nexport\tB=1\n']) expect(withVariable(idle, 'B', '7')).toMatch(/^B=7$/m);
    expect(withVariable(before, 'KEY', 'new')).toBe('# first\nKEY=new\nOTHER_KEY=1\n\nlast=3');
    expect(withVariable('last=3', 'KEY', 'new')).toBe('last=3\nKEY=new\n');
  });

  it('is refused where no quotes can hold it', () => {
    expect(() => withVariable('', 'KEY', `'"\``)).toThrow(WrongForm);
  });
});
