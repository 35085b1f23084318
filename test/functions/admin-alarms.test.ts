import { describe, expect, it } from 'vitest';
import type { ShownAlarmOn } from '../../lib/administration/administer-alarms.ts';
import { adminOnFakes } from './admin-parts.ts';

const ALARM = {
  name: 'circuit-open',
  severity: 'ticket',
  made: true,
  means: 'A circuit is not closed.',
  action: 'Look.',
  look: 'npx ballast circuits',
};

describe('alarms', () => {
  it('are listed with what they mean, what to do and who is notified', async () => {
    const { ask } = adminOnFakes();
    const { status, body } = await ask('GET /admin/alarms');
    expect([status, body]).toEqual([200, { targets: ['slack', 'mail'], on: [], alarms: [ALARM] }]);
  });

  it('are listed where it cannot be read who is notified', async () => {
    const { ask, stage } = adminOnFakes();
    stage.alarmsFail = new Error('the secret of the alerts is not JSON');
    expect((await ask('GET /admin/alarms')).body).toEqual({ targets: null, on: [], alarms: [ALARM] });
  });

  it('that are on come with them, and `null` where the store cannot tell', async () => {
    const { ask, stage } = adminOnFakes();
    const on: ShownAlarmOn = {
      alarm: 'ballast-dev-circuit-open',
      name: 'circuit-open',
      severity: 'ticket',
      state: 'silenced',
      since: '2026-11-20T12:00:00.000Z',
      silencedBy: 'provider-down',
      value: 1,
      threshold: null,
      comparison: null,
      unit: null,
      children: [],
      means: 'A circuit is not closed.',
      action: 'Look.',
      look: 'npx ballast circuits --stage dev',
      url: null,
    };
    stage.on = [on];
    expect((await ask('GET /admin/alarms')).body['on']).toEqual([on]);
    stage.onFails = new Error('no store');
    expect((await ask('GET /admin/alarms')).body).toEqual({ targets: ['slack', 'mail'], on: null, alarms: [ALARM] });
  });

  it('are tested at each target, after that was noted', async () => {
    const { ask, stage } = adminOnFakes();
    const { status, body } = await ask('POST /admin/alarms/test');
    expect([status, body['targets']]).toEqual([
      200,
      [
        { target: 'slack', delivered: true },
        { target: 'mail', delivered: false },
      ],
    ]);
    expect(stage.calls).toEqual(['audit.alarms.tested', 'alarms.test']);
    expect(stage.entries[0]).toMatchObject({ target: 'alarms', actor: { keyId: 'key_good' }, changes: {} });
  });

  it('are not tested where that cannot be noted', async () => {
    const { ask, stage } = adminOnFakes();
    stage.auditFails = new Error('no store');
    expect((await ask('POST /admin/alarms/test')).status).toBe(500);
    expect(stage.calls).toEqual(['audit.alarms.tested']);
  });

  it('are not tested where the targets cannot be read, and nothing of the secret is said', async () => {
    const { ask, stage } = adminOnFakes();
    stage.alarmsFail = new Error('hooks.slack.com/secret');
    const { status, body, text } = await ask('POST /admin/alarms/test');
    expect([status, body['detail']]).toEqual([502, 'The targets of alarms cannot be read.']);
    expect(text).not.toContain('secret');
  });

  it('are no matter of other keys', async () => {
    const { ask, stage } = adminOnFakes();
    const headers = { 'x-api-key': 'weak' };
    expect((await ask('GET /admin/alarms', undefined, { headers })).status).toBe(403);
    expect((await ask('POST /admin/alarms/test', undefined, { headers })).status).toBe(403);
    expect(stage.calls).toEqual([]);
  });
});
