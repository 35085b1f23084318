import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { serve } from '../../local/http-server.ts';
import { systemClock } from '../../local/system-clock.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

const REQUESTS = 20;

it('keeps nothing of requests that have ended, also of those that would have ended with the server', async () => {
  const kept: WeakRef<AbortSignal>[] = [];
  const serving = await serve({
    answer: async ({ response, clientSignal, endWithServer }) => {
      endWithServer();
      kept.push(new WeakRef(clientSignal));
      response.end('done');
    },
    ids: { request: () => 'req_1' },
    clock: systemClock,
    hosts: ['127.0.0.1'],
    port: 0,
  });
  for (let nth = 0; nth < REQUESTS; nth += 1)
    expect(await (await fetch(`http://127.0.0.1:${serving.port}/`)).text()).toBe('done');
  await expect
    .poll(() => {
      collect();
      return kept.filter((each) => each.deref() !== undefined).length;
    })
    .toBeLessThanOrEqual(2);
  expect(kept).toHaveLength(REQUESTS);
  await serving.close(0);
});
