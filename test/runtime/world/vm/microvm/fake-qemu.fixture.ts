import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Programs } from '../../../../../runtime/world/vm/microvm/qemu.ts';
import { temporaryDirectory } from '../../../../storage/disk.ts';

export interface FakeQemu {
  /** Instead of being a QEMU at all. */
  readonly instead?: string;
  /** What it says of itself, once it is asked. */
  readonly status?: string;
  /** What its guest does with the first frame that it hears, in JavaScript. */
  readonly guest?: string;
  /** Its agent is there; it sends its state, and says that it failed if nobody takes it. */
  readonly saves?: boolean;
}

/** A script where the jail would be: on its descriptors it is a QEMU, and the guest in it. */
export function fakeQemu({
  instead,
  status = 'paused',
  guest = '',
  saves = false,
}: FakeQemu): Programs {
  const path = join(temporaryDirectory(), 'jail');
  const script = `#!${process.execPath}
const { closeSync, writeSync } = require('node:fs');
const { connect, Socket } = require('node:net');
writeSync(6, JSON.stringify({ 'child-pid': process.pid }).replace(':', ': '));
closeSync(6);
const [line, qmp] = [3, 5].map((fd) => new Socket({ fd }));
const answers = {
  'query-status': { status: '${status}' },
  'query-kvm': { enabled: false, present: false },
  'query-memory-size-summary': { 'base-memory': 0 },
  'query-rx-filter': [],
  'query-migrate': { status: 'active' },
};
if (${saves}) line.write(Buffer.from([0, 0, 0, 0, 1]));
const save = (uri) => {
  const state = connect(uri.slice('unix:'.length));
  state.on('error', () => {});
  state.on('close', () => {
    answers['query-migrate'] = { status: 'failed', 'error-desc': 'nobody takes it' };
  });
  state.write('state');
};
qmp.write('{"QMP": {}}\\n');
qmp.on('data', (bytes) => {
  for (const text of String(bytes).trim().split('\\n')) {
    const { execute, arguments: { uri } } = JSON.parse(text);
    if (execute === 'migrate') save(uri);
    const isKnown = execute !== 'nonsense';
    const said = isKnown ? { return: answers[execute] ?? {} } : { error: { desc: 'no such' } };
    qmp.write('{"event": "RESUME"}\\n' + JSON.stringify(said) + '\\n');
  }
});
line.once('data', (frame) => { ${guest} });
setInterval(() => {}, 1000);
`;
  writeFileSync(path, instead ?? script);
  chmodSync(path, 0o755);
  return { setpriv: path, prlimit: path, bwrap: path, 'qemu-system-x86_64': path };
}

export const hardware = { memoryMib: 384, accel: 'tcg' } as const;
