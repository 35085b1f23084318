import { elementsOf, objectOf } from '../../lib/kernel/json.ts';

/** Texts of the kinds that a schema may ask for. */
const TEXTS: Readonly<Record<string, string>> = {
  'date-time': '2026-11-20T12:00:00Z',
  date: '2026-11-20',
  time: '12:00:00Z',
  duration: 'PT1H',
  email: 'someone@example.com',
  hostname: 'example.com',
  uri: 'https://example.com/',
  ipv4: '192.0.2.1',
  ipv6: '2001:db8::1',
  uuid: '123e4567-e89b-42d3-a456-426614174000',
};

/** A value that a JSON schema accepts as far as structured output knows schemas; `text` stands where any text may. */
export const sampleOf = (schema: unknown, text: string): unknown => {
  const node = objectOf(schema);
  if ('const' in node) return node['const'];
  if (Array.isArray(node['enum'])) return node['enum'][0];
  const either = elementsOf(node['anyOf']);
  if (either.length > 0) return sampleOf(either[0], text);
  switch (node['type']) {
    case 'object':
      return Object.fromEntries(
        Object.entries(objectOf(node['properties'])).map(([name, each]) => [name, sampleOf(each, text)]),
      );
    case 'array':
      return [sampleOf(node['items'], text)];
    case 'string':
      return TEXTS[String(node['format'])] ?? text;
    case 'number':
    case 'integer':
      return 1;
    case 'boolean':
      return true;
    default:
      return null;
  }
};
