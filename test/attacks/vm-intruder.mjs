/**
 * At the end of the agent of a microVM: as if what it runs had broken out of V8, and were root in
 * its machine. What it is called with is the name of what it does there.
 */
import { spawn as begin } from 'node:child_process';
import { openSync as openAny, writeSync as writeAny, writeFileSync } from 'node:fs';

const MIB = 2 ** 20;

/** @param {string} script */
const shell = (script) => void begin('/bin/busybox', ['sh', '-c', script]);

/** @param {string} path @param {string} what */
function writeWithoutEnd(path, what) {
  for (const to = openAny(path, 'w'); ; ) writeAny(to, what);
}

/** @type {Readonly<Record<string, () => void>>} */
const misdeeds = {
  garbage: () => writeWithoutEnd('/dev/ttyS0', '\u00ff'.repeat(1000)),
  epitaph: () => writeWithoutEnd('/dev/ttyS1', 'ended 137\n'),
  panic: () => writeFileSync('/proc/sysrq-trigger', 'c'),
  reset: () => writeFileSync('/proc/sysrq-trigger', 'b'),
  reboot: () => shell('reboot -f'),
  poweroff: () => shell('poweroff -f'),
  memory: () => shell('mknod /mem c 1 1; dd if=/dev/zero of=/mem bs=4k count=100000'),
  fill: () => writeWithoutEnd('/full', ' '.repeat(MIB)),
  forks: () => shell('f() { f | f & }; f'),
  hoard: () => {
    writeFileSync('/cgroup/cgroup.procs', String(process.pid));
    for (const held = []; ; ) held.push(Buffer.alloc(MIB, 1));
  },
};

/** Whether that is one of them. @param {string} name */
export function intrude(name) {
  misdeeds[name]?.();
  return name in misdeeds;
}
