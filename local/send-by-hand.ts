import { join } from 'node:path';
import { type Environment } from '../lib/kernel/environment.ts';
import { alarmEvent } from './alarm-event.ts';
import { readDotEnv } from './dot-env.ts';
import { noteAlarm } from './note-alarm.ts';
import { sendAlarm } from './send-alarm.ts';
import { readSettings } from './settings.ts';
import { StartRefused } from './start-refused.ts';
import { systemClock } from './system-clock.ts';

const NOBODY =
  'Nobody is to be told: set BALLAST_SLACK_WEBHOOK_URL, or BALLAST_ALARM_WEBHOOK_URL with BALLAST_ALARM_WEBHOOK_SECRET.';

const setEnvironment = (changes: Environment): void => {
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
};

/**
 * Sends an alarm to the targets of the environment and `.env` of `directory`, through the function that is deployed, and
 * shows it in the console of the server that runs here. Gives a sentence about that where there is something to say. Rejects
 * with `StartRefused` where a word is wrong, or there is neither a target nor a server, and as the function does.
 */
export const sendByHand = async (
  [name, state]: readonly (string | undefined)[],
  directory: string,
): Promise<string | null> => {
  const event = alarmEvent(name, state, systemClock.now());
  setEnvironment({ ...readDotEnv(join(directory, '.env')), ...process.env });
  const settings = readSettings(process.env, directory);
  const isNoted = await noteAlarm(event, settings, process.env);
  const says = isNoted ? 'The console has it under Alarms.' : null;
  if (settings.alertsSecret === null) {
    if (says === null) throw new StartRefused(`${NOBODY} With npm start running, the console shows it without.`);
    return `${says} ${NOBODY}`;
  }
  await sendAlarm({ event, settings, env: process.env, setEnvironment, root: join(import.meta.dirname, '..') });
  return says;
};
