import type { Random } from '../../../../lib/kernel/clock.ts';
import { BASE64URL, chars, times } from '../draw.ts';
import { plant, type Planted } from '../shape.ts';

const ABOUT = { class: 'keys', label: 'API_KEY' } as const;
const KEY = { ...ABOUT, kind: 'google-api-key', source: 'https://cloud.google.com/docs/authentication/api-keys' };
const CLIENT = { ...ABOUT, kind: 'google-oauth', source: 'https://developers.google.com/identity/protocols/oauth2' };
/** An access token is sent as a bearer token, and a refresh token is exchanged for one. */
const OAUTH = { ...CLIENT, label: 'TOKEN' } as const;

export const googleKeys = (random: Random): Planted[] => [
  ...plant(
    KEY,
    [
      'https://maps.googleapis.com/maps/api/geocode/json?address=Berlin&key=§',
      '<script src="https://maps.googleapis.com/maps/api/js?key=§&callback=initMap"></script>',
      'GOOGLE_API_KEY=§',
      "const firebaseConfig = { apiKey: '§', projectId: 'demo-1' };",
      '<meta-data android:name="com.google.android.geo.API_KEY" android:value="§" />',
      'curl -H "x-goog-api-key: §" https://generativelanguage.googleapis.com/v1beta/models',
      'The key § is not restricted to any referrer.',
      'genai.configure(api_key="§")',
      '{"current_key":"§"}',
      'Clave de Maps: §',
    ],
    times(10, () => `${'AI'}za${'Sy'}${chars(random, 33, BASE64URL)}`),
  ),
  ...plant(
    CLIENT,
    [
      '{"web":{"client_id":"1234-abc.apps.googleusercontent.com","client_secret":"§"}}',
      'GOOGLE_CLIENT_SECRET=§',
      'client secret § (created today)',
      'clientSecret: "§",',
    ],
    times(4, () => `${'GOC'}SPX-${chars(random, 28, BASE64URL)}`),
  ),
  ...plant(
    OAUTH,
    [
      '{"access_token":"§","expires_in":3599,"scope":"openid"}',
      'gcloud auth print-access-token\n§\n',
      'https://www.googleapis.com/drive/v3/files?access_token=§',
    ],
    times(3, () => `${'ya'}29.a0${chars(random, 160, BASE64URL)}`),
  ),
  ...plant(
    OAUTH,
    ['"refresh_token": "§",', 'refresh_token=§'],
    times(2, () => `1//0${chars(random, 100, BASE64URL)}`),
  ),
];
