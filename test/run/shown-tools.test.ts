import { expect, it } from 'vitest';
import { loadConfig } from '../../lib/config.ts';
import { shownTools } from '../../lib/run/http/shown-tools.ts';

it.each([
  ['local', 'none', true],
  ['prod', 'none', false],
  ['prod', 'run', true],
])(
  'in the stage %s that keeps %s, whoever asks sees what tools were given: %s',
  async (STAGE, CONTENT_RETENTION, shown) => {
    const config = loadConfig({ STAGE, CONTENT_RETENTION });
    expect((await shownTools('tool-content', config)) !== null).toBe(shown);
    expect(await shownTools(undefined, config)).toBeNull();
  },
);
