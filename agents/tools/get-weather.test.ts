import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AppError, z } from 'ballast';
import { afterEach, describe, expect, it } from 'vitest';
import { getWeather } from './get-weather.ts';

const zurich = { name: 'Zürich', admin1: 'Zurich', country: 'Switzerland', latitude: 47.36667, longitude: 8.55 };
const places = { results: [{ id: 2657896, ...zurich }], generationtime_ms: 0.6 };
const noPlaces = { generationtime_ms: 0.3 };
const current = {
  time: '2026-11-20T15:00',
  interval: 900,
  temperature_2m: 4.2,
  apparent_temperature: 0.9,
  relative_humidity_2m: 81,
  precipitation: 0.3,
  weather_code: 61,
  wind_speed_10m: 14.4,
};
const forecast = { latitude: 47.36, longitude: 8.56, timezone: 'Europe/Zurich', current };

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** A weather service of one test, and a tool context that reaches nothing else. */
const serve = async (answer: RequestListener) => {
  const asked: { endpoint: string; url: URL }[] = [];
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const controller = new AbortController();
  const context = {
    fetch: (endpoint: string, pathAndQuery: string) => {
      const url = new URL(pathAndQuery, base);
      asked.push({ endpoint, url });
      return fetch(url, { signal: controller.signal });
    },
  };
  const run = async (location: string): Promise<unknown> =>
    getWeather.run(z.parse(getWeather.input, { location }) as never, context as never);
  return { asked, run, abort: () => controller.abort(new Error('too slow')) };
};

const routes =
  (geocoding: unknown, weather: unknown): RequestListener =>
  ({ url }, response) =>
    response.end(JSON.stringify(url?.startsWith('/v1/search?') ? geocoding : weather));

describe('get_weather', () => {
  it('finds the place, asks for its weather and tells it in words and metric units', async () => {
    const { run } = await serve(routes(places, forecast));
    expect(await run('Zürich')).toEqual({
      place: 'Zürich, Zurich, Switzerland',
      localTime: '2026-11-20T15:00',
      timeZone: 'Europe/Zurich',
      conditions: 'light rain',
      temperatureC: 4.2,
      feelsLikeC: 0.9,
      humidityPercent: 81,
      precipitationMm: 0.3,
      windKmh: 14.4,
      source: 'Open-Meteo.com',
    });
  });

  it('asks the two endpoints that it declares, as their documentation says', async () => {
    const { run, asked } = await serve(routes(places, forecast));
    await run('Zürich & #1 ?count=99');
    expect(asked.map(({ endpoint, url }) => [endpoint, url.pathname, Object.fromEntries(url.searchParams)])).toEqual([
      ['geocoding', '/v1/search', { name: 'Zürich & #1 ?count=99', count: '1', language: 'en', format: 'json' }],
      [
        'forecast',
        '/v1/forecast',
        {
          latitude: '47.36667',
          longitude: '8.55',
          timezone: 'auto',
          current: expect.stringMatching(
            /^(?=.*temperature_2m)(?=.*apparent_temperature)(?=.*relative_humidity_2m)(?=.*precipitation)(?=.*weather_code)(?=.*wind_speed_10m)[a-z0-9_,]+$/,
          ) as string,
        },
      ],
    ]);
    expect(getWeather.endpoints).toMatchObject({
      geocoding: { urls: { default: 'https://geocoding-api.open-meteo.com' }, authorization: null },
      forecast: { urls: { default: 'https://api.open-meteo.com' }, authorization: null },
    });
  });

  it('says what it does not know: a reading without data, a weather code without words', async () => {
    const odd = { ...forecast, current: { ...current, precipitation: null, weather_code: 42 } };
    const { run } = await serve(routes(places, odd));
    expect(await run('Zurich')).toMatchObject({ precipitationMm: null, conditions: 'WMO weather code 42' });
  });

  it.each([
    ['no results', noPlaces],
    ['an empty list', { results: [] }],
  ])('declines an unknown place (%s) without repeating it', async (_case, geocoding) => {
    const { run, asked } = await serve(routes(geocoding, forecast));
    const error: unknown = await run('Nowhere-9f3').catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(AppError);
    expect(error).toMatchObject({ code: 'invalid-request', message: expect.stringContaining('No place') as string });
    expect((error as AppError).message).not.toContain('9f3');
    expect(asked).toHaveLength(1);
  });

  const fails: [string, RequestListener][] = [
    [
      'an error status, whatever its body says',
      (request, response) => routes(places, forecast)(request, Object.assign(response, { statusCode: 503 })),
    ],
    ['no JSON', (_request, response) => response.end('<html>')],
    ['an empty body', (_request, response) => response.end()],
    ['an object of another kind', routes({}, forecast)],
    ['places without coordinates', routes({ ...noPlaces, results: [{ name: 'Zurich' }] }, forecast)],
    ['a latitude off the globe', routes({ results: [{ ...zurich, latitude: 91 }] }, forecast)],
    ['a name without end', routes({ results: [{ ...zurich, name: 'x'.repeat(201) }] }, forecast)],
    ['weather without a temperature', routes(places, { ...forecast, current: { ...current, temperature_2m: null } })],
    ['weather of another shape', routes(places, { error: true, reason: 'x' })],
    ['an endless list of places', routes({ ...places, padding: 'x'.repeat(100_000) }, forecast)],
    ['a connection that breaks', (request) => request.socket.destroy()],
    ['a body that breaks off', (request, response) => response.write('{"results":', () => request.socket.destroy())],
  ];
  it.each(fails)('fails on %s, so that the model is given the fallback', async (_case, answer) => {
    const { run } = await serve(answer);
    const error: unknown = await run('Zurich').catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Error);
    expect(error).not.toBeInstanceOf(AppError);
  });

  it('stops reading an answer that is too large, instead of waiting for its end', async () => {
    const left = Promise.withResolvers<void>();
    const { run } = await serve((_request, response) => {
      response.on('close', () => left.resolve());
      response.write('x'.repeat(100_001));
    });
    await expect(run('Zurich')).rejects.toThrow(/too large/);
    await left.promise;
  });

  it.each([
    ['the headers', false],
    ['the rest of the body', true],
  ])('ends with its signal while it waits for %s', async (_case, begins) => {
    const waiting = Promise.withResolvers<void>();
    const { run, abort } = await serve((_request, response) => {
      if (begins) response.write('{"results":', () => waiting.resolve());
      else waiting.resolve();
    });
    const running = run('Zurich');
    await Promise.all([expect(running).rejects.toThrow('too slow'), waiting.promise.then(abort)]);
  });

  it('has five seconds, and words for the model when the service is down', () => {
    expect(getWeather.timeoutMs).toBe(5_000);
    expect(getWeather.fallback?.({ location: 'Zurich' } as never)).toMatch(
      /can't be reached right now\. Tell the user/,
    );
  });

  it('takes a location of 1 to 200 characters and no other field', () => {
    const accepts = (input: unknown) => z.safeParse(getWeather.input, input).success;
    expect(accepts({ location: 'x'.repeat(200) })).toBe(true);
    expect(accepts({ location: 'x'.repeat(201) })).toBe(false);
    expect(accepts({ location: '' })).toBe(false);
    expect(accepts({ location: 'Zurich', days: 7 })).toBe(false);
  });
});
