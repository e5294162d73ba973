import { expect, it } from 'vitest';
import { statusText } from '../../../runtime/cli/status-text.ts';

it('how a process is, is said in lines', () => {
  const status = {
    name: 'shop',
    time: '2026-11-30T04:00:00.000Z',
    health: {
      status: 'warn',
      isReady: true,
      checks: {
        loop: { status: 'warn', observed: { value: 120.10023, unit: 'ms' }, because: 'late' },
        disk: { status: 'pass', observed: { value: 74_297_438_208, unit: 'bytes' } },
        audit: { status: 'pass' },
      },
    },
    modes: { audit: { mode: 'spooling', because: 'the disk is slow' }, load: { mode: 'normal' } },
    breakers: {
      byGate: { admitting: 2, rejecting: 1 },
      told: [
        { name: 'psp', gate: 'rejecting', isIsolated: true, calls: 9, failures: 5, refused: 7 },
        { name: 'mail', gate: 'admitting' },
      ],
    },
    queues: {
      mailboxes: { waiting: 1, actors: 3, of: 3 },
      audit: { queued: 2, spooled: 0, lost: 0 },
    },
    audit: { mode: 'spooling', size: 12, unanchored: 12 },
    peers: { connected: 1, told: [{ id: 'abc', address: '10.0.0.1', level: 'basic', trust: 50 }] },
    ledger: { heldBytes: 0 },
    deadLetters: {
      total: 1,
      byReason: { dead: 1 },
      recent: [{ subject: 'mailer', reason: 'dead', type: 'a' }],
    },
    tree: {
      children: [
        {
          ...{ id: 'workers', state: 'running', incarnation: 1, restarts: 0, more: 2 },
          children: [{ id: 'mailer', state: 'waiting', incarnation: 3, restarts: 2, waiting: 1 }],
        },
      ],
    },
  };
  expect(statusText(status).split('\n')).toEqual([
    'shop  warn  ready  2026-11-30T04:00:00.000Z',
    ...['', 'modes', '  audit spooling  because the disk is slow', '  load normal'],
    ...['', 'checks', '  loop warn  120 ms  late', '  disk pass  74297438208 bytes'],
    '  audit pass',
    ...['', 'breakers', '  2 admitting  1 rejecting'],
    '  name psp  gate rejecting  isIsolated true  calls 9  failures 5  refused 7',
    ...['', 'queues', '  mailboxes  waiting 1  actors 3  of 3'],
    '  audit  queued 2  spooled 0  lost 0',
    ...['', 'audit', '  mode spooling  size 12  unanchored 12'],
    ...[
      '',
      'peers',
      '  1 connected  heldBytes 0',
      '  id abc  address 10.0.0.1  level basic  trust 50',
    ],
    ...['', 'dead letters', '  1 in all  dead 1', '  subject mailer  reason dead  type a'],
    ...['', 'tree', '  workers  running  incarnation 1  restarts 0', '    and 2 more'],
    '    mailer  waiting  incarnation 3  restarts 2  waiting 1',
  ]);
});

it('whatever a process says, it is said in bounded lines', () => {
  for (const garbage of [undefined, null, 7, 'x', [], { tree: 7, modes: 'x', breakers: [null] }]) {
    expect(statusText(garbage)).toContain('undefined');
  }
  const children = Array.from({ length: 5_000 }, (_, nth) => ({ id: `c${nth}\nforged` }));
  const lines = statusText({ tree: { children } }).split('\n');
  expect(lines.length).toBeLessThan(230);
  expect(lines.filter((line) => line.startsWith('forged'))).toEqual([]);
});
