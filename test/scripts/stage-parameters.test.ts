import { describe, expect, it } from 'vitest';
import { withParameters } from '../../scripts/project/stage-parameters.ts';

const base = { default: { logLevel: 'DEBUG', maxHops: 0, corsOrigins: '' }, prod: { logLevel: 'WARN' } };

describe('the stage file of a project', () => {
  it('changes parameters of a stage, and leaves the others as they are', () => {
    expect(withParameters(base, 'prod:\n  maxHops: 2\ndefault:\n  corsOrigins: https://a.example\n')).toEqual({
      default: { logLevel: 'DEBUG', maxHops: 0, corsOrigins: 'https://a.example' },
      prod: { logLevel: 'WARN', maxHops: 2 },
    });
  });

  it('makes a stage of its own', () => {
    expect(withParameters(base, 'eu: { logLevel: INFO }')).toMatchObject({ eu: { logLevel: 'INFO' } });
  });

  it.each([
    ['nothing', ''],
    ['a comment', '# nothing yet\n'],
    ['a stage without parameters', 'prod:\n'],
  ])('may hold %s', (_title, text) => {
    expect(withParameters(base, text)).toEqual(base);
  });

  it.each([
    ['a misspelt parameter', 'prod:\n  logLevl: INFO\n', 'prod.logLevl is no parameter. Did you mean logLevel?'],
    [
      'an unknown one',
      'prod:\n  colour: red\n',
      'prod.colour is no parameter. serverless.yml of Ballast has them all.',
    ],
    ['a list', 'prod:\n  corsOrigins: [a]\n', 'prod.corsOrigins is one value.'],
    ['a stage that is a value', 'prod: 3\n', 'prod has no parameters: write them below it, as logLevel: INFO.'],
    ['no stages', '- prod\n', 'it is a list of stages, each with its parameters.'],
    [
      'a name that no stage has',
      'my stage:\n  logLevel: INFO\n',
      'my stage is no name of a stage: letters, digits and -.',
    ],
  ])('is refused for %s', (_title, text, sentence) => {
    expect(() => withParameters(base, text)).toThrow(`stages.yml: ${sentence}`);
  });

  it('is refused where it is no YAML', () => {
    expect(() => withParameters(base, 'prod: {')).toThrow(/^stages\.yml is no YAML: /);
  });
});
