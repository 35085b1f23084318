import type { Random } from '../../../../lib/kernel/clock.ts';
import { ALPHANUMERIC, BASE64URL, chars, HEX, times, uuid } from '../draw.ts';
import { plant, type Planted } from '../shape.ts';

const ABOUT = { class: 'keys', label: 'API_KEY' } as const;
const KEY = { ...ABOUT, kind: 'named-key', source: 'https://swagger.io/docs/specification/authentication/api-keys/' };
const PASSWORD = { ...ABOUT, kind: 'named-password', source: 'https://www.rfc-editor.org/rfc/rfc6749#section-4.3.2' };
const CONNECTION = {
  ...ABOUT,
  kind: 'connection-string',
  source: 'https://www.rfc-editor.org/rfc/rfc3986#section-3.2.1, and each database’s page on connection strings',
};

const KEY_TEXTS = [
  'api_key=§',
  'API_KEY="§"',
  'curl -H "X-API-Key: §" https://api.example.com/v2/orders',
  'x-api-key: §\r\naccept: application/json\r\n',
  '{"apiKey":"§","region":"eu"}',
  "const apiKey = '§';",
  'GET /v1/weather?city=Oslo&api_key=§ HTTP/1.1',
  'services:\n  mail:\n    api_key: §\n    from: shop\n',
  'client_secret=§&grant_type=client_credentials',
  "headers = {'X-Api-Key': '§'}",
  'SENDGRID_API_KEY=§',
  'secret_key: "§"',
  'ApiKey: §',
  'DD_API_KEY=§ ./install.sh',
  '"auth_token": "§",',
  'access_token = "§"',
  'my api key is §, can you check the quota?',
  'let api_key = String::from("§");',
  'ENCRYPTION_KEY=§',
  'WEBHOOK_SECRET=§\nPORT=8080\n',
  'api-key: §',
  'conn.setRequestProperty("X-API-KEY", "§");',
];

const keyForm = (random: Random, index: number): string =>
  [
    () => chars(random, 32, HEX),
    () => chars(random, 40, ALPHANUMERIC),
    () => chars(random, 43, BASE64URL),
    () => uuid(random),
    () => chars(random, 64, HEX),
  ][index % 5]!();

const PASSWORD_TEXTS = [
  'password: §',
  'DB_PASSWORD=§\nDB_HOST=db.internal\n',
  '{"username":"admin","password":"§"}',
  'Username: lena\nPassword: §\nURL: https://intranet.example.com',
  'mysql -u root --password=§ shop',
  'spring.datasource.password=§',
  "$config['password'] = '§';",
  'mot de passe : §',
  'Passwort: §',
  'grant_type=password&username=johndoe&password=§',
  'contraseña: §',
  "PGPASSWORD='§' psql -h db.internal -U app",
  '<add key="Password" value="§" />',
  'user = "app"\npassword = "§"\n',
];

const passwordForm = (random: Random, index: number): string =>
  [
    () => `${chars(random, 5, ALPHANUMERIC)}!${chars(random, 4, ALPHANUMERIC)}#${chars(random, 4, ALPHANUMERIC)}`,
    () => chars(random, 20, ALPHANUMERIC),
    () => `${chars(random, 6, ALPHANUMERIC)}-${chars(random, 6, ALPHANUMERIC)}-${chars(random, 6, ALPHANUMERIC)}`,
    () => `${chars(random, 7, ALPHANUMERIC)}$${chars(random, 4, ALPHANUMERIC)}%`,
  ][index % 4]!();

const CONNECTION_TEXTS = [
  'DATABASE_URL=postgres://app:§@db.example.com:5432/shop',
  'postgresql://reader:§@10.0.3.7/metrics?sslmode=require',
  'mongodb+srv://service:§@cluster0.ab1cd.mongodb.net/?retryWrites=true',
  "mongoose.connect('mongodb://root:§@localhost:27017/app?authSource=admin');",
  'REDIS_URL=redis://:§@cache.internal:6379/0',
  'amqp://worker:§@rabbit:5672/%2F',
  'mysql+pymysql://root:§@127.0.0.1:3306/crm',
  'Server=tcp:acme.database.windows.net,1433;Database=crm;User ID=sa;Password=§;Encrypt=True;',
  'jdbc:postgresql://db:5432/app?user=app&password=§',
  'DefaultEndpointsProtocol=https;AccountName=acme;AccountKey=§;EndpointSuffix=core.windows.net',
  'Endpoint=sb://acme.servicebus.windows.net/;SharedAccessKeyName=Root;SharedAccessKey=§',
  'host=localhost port=5432 dbname=app user=app password=§ connect_timeout=10',
  'proxy = http://svc-proxy:§@proxy.example.com:3128',
  'smtp://mailer:§@smtp.example.com:587',
];

export const namedKeys = (random: Random): Planted[] => [
  ...plant(
    KEY,
    KEY_TEXTS,
    times(22, (index) => keyForm(random, index)),
  ),
  ...plant(
    PASSWORD,
    PASSWORD_TEXTS,
    times(14, (index) => passwordForm(random, index)),
  ),
  ...plant(
    CONNECTION,
    CONNECTION_TEXTS,
    times(14, (index) => {
      if (index === 9) return `${chars(random, 86, ALPHANUMERIC)}==`;
      return index === 10 ? `${chars(random, 43, ALPHANUMERIC)}=` : chars(random, 12 + index, ALPHANUMERIC);
    }),
  ),
];
