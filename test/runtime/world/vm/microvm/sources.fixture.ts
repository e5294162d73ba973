import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryDirectory } from '../../../../storage/disk.ts';
import { bzImageOf, ELF } from './bz-image.fixture.ts';

/** What an image is made of, and none that runs. Scripts need no library. */
export function sources() {
  const directory = temporaryDirectory();
  const file = (name: string, content: string | Buffer): string => {
    const path = join(directory, name);
    writeFileSync(path, content);
    chmodSync(path, 0o755);
    return path;
  };
  return {
    kernel: file('vmlinuz-6', bzImageOf(ELF)),
    busybox: file('busybox', '#!/bin/sh\n'),
    node: file('node', '#!/bin/sh\nnode\n'),
    agent: file('agent', 'the agent'),
  };
}
