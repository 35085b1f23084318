import { declined, defineTool, safe, type ToolContext, z } from 'ballast';

type Endpoint = 'geocoding' | 'forecast';

/** Its answers have about 1 KB; whatever is much larger is not one. */
const MAX_BYTES = 100_000;

const words = z.string().check(z.maxLength(200));
const Place = z.object({
  name: words,
  admin1: z.nullish(words),
  country: z.nullish(words),
  latitude: z.number().check(z.minimum(-90), z.maximum(90)),
  longitude: z.number().check(z.minimum(-180), z.maximum(180)),
});
/** A search without a match has no `results` at all. */
const Places = z.union([
  z.object({ results: z.array(Place) }),
  z.object({ results: z.optional(z.undefined()), generationtime_ms: z.number() }),
]);
const reading = z.nullish(z.number());
const Forecast = z.object({
  timezone: z.nullish(words),
  current: z.object({
    time: z.nullish(words),
    temperature_2m: z.number(),
    apparent_temperature: reading,
    relative_humidity_2m: reading,
    precipitation: reading,
    weather_code: reading,
    wind_speed_10m: reading,
  }),
});

const READINGS = Object.keys(Forecast.shape.current.shape).filter((name) => name !== 'time');

/** WMO code table 4677, as far as Open-Meteo's documentation lists it. */
const CONDITIONS: Readonly<Record<number, string>> = {
  0: 'clear sky',
  1: 'mainly clear',
  2: 'partly cloudy',
  3: 'overcast',
  45: 'fog',
  48: 'fog with rime',
  51: 'light drizzle',
  53: 'drizzle',
  55: 'dense drizzle',
  56: 'light freezing drizzle',
  57: 'dense freezing drizzle',
  61: 'light rain',
  63: 'rain',
  65: 'heavy rain',
  66: 'light freezing rain',
  67: 'heavy freezing rain',
  71: 'light snowfall',
  73: 'snowfall',
  75: 'heavy snowfall',
  77: 'snow grains',
  80: 'light rain showers',
  81: 'rain showers',
  82: 'violent rain showers',
  85: 'light snow showers',
  86: 'heavy snow showers',
  95: 'thunderstorm',
  96: 'thunderstorm with light hail',
  99: 'thunderstorm with heavy hail',
};

const bounded = async (response: Response): Promise<string> => {
  const body: AsyncIterable<Uint8Array> | null = response.body;
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body ?? []) {
    size += chunk.byteLength;
    if (size > MAX_BYTES) throw new RangeError('the answer of the weather service is too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
};

const ask = async (
  context: ToolContext<Endpoint>,
  endpoint: Endpoint,
  path: string,
  query: Record<string, string>,
): Promise<unknown> => {
  const response = await context.fetch(endpoint, `${path}?${new URLSearchParams(query).toString()}`);
  if (response.ok) return JSON.parse(await bounded(response));
  await response.body?.cancel();
  throw new Error('the weather service refused');
};

/**
 * The weather now, from Open-Meteo, whose free service is for non-commercial use and asks to be named.
 * For anything else, point `OPEN_METEO_BASE_URL` at a service of your own.
 */
export const getWeather = defineTool({
  name: 'get_weather',
  description:
    'Tells the current weather at a place: conditions, temperature, humidity, precipitation and wind, in metric units. ' +
    'Use it whenever the user asks about the weather now; it knows nothing of other days.',
  input: z.strictObject({
    location: z
      .string()
      .check(z.minLength(1), z.maxLength(200), z.describe('A town or a postal code, such as Zurich. No street.')),
  }),
  circuit: { name: 'tool/open-meteo', failureThreshold: 3, breakDurationMs: 30_000 },
  timeoutMs: 5_000,
  endpoints: { geocoding: 'https://geocoding-api.open-meteo.com', forecast: 'https://api.open-meteo.com' },
  fallback: () => "The weather service can't be reached right now. Tell the user so; don't guess the weather.",
  run: async ({ location }, context) => {
    const search = { name: location, count: '1', language: 'en', format: 'json' };
    const found = z.parse(Places, await ask(context, 'geocoding', '/v1/search', search));
    const place = found.results?.[0];
    if (!place) throw declined(safe`No place of this name is known. Try a town's name alone, in English.`);
    const { latitude, longitude } = place;
    const where = { latitude: String(latitude), longitude: String(longitude), timezone: 'auto' };
    const answer = await ask(context, 'forecast', '/v1/forecast', { ...where, current: READINGS.join(',') });
    const { current, timezone } = z.parse(Forecast, answer);
    const code = current.weather_code ?? null;
    return {
      place: [place.name, place.admin1, place.country].filter(Boolean).join(', '),
      localTime: current.time,
      timeZone: timezone,
      conditions: code === null ? null : (CONDITIONS[code] ?? `WMO weather code ${code}`),
      temperatureC: current.temperature_2m,
      feelsLikeC: current.apparent_temperature,
      humidityPercent: current.relative_humidity_2m,
      precipitationMm: current.precipitation,
      windKmh: current.wind_speed_10m,
      source: 'Open-Meteo.com',
    };
  },
});
