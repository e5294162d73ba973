import { HoldfastError } from '../../runtime/errors.ts';
import { simWorld } from '../../runtime/sim/world.ts';
import { codeOfStorage } from '../../runtime/storage-errors.ts';
import { derive } from '../../storage/derivation.ts';
import { StorageError } from '../../storage/faults.ts';
import { authenticate } from '../../storage/identity-copies.ts';
import { KeyPages } from '../../storage/key-pages.ts';
import { Secret } from '../../storage/secret.ts';
import { drawn, secretOf } from '../storage/sealing.ts';
import { all, audited, ended, failure, own, settled } from './audit-stage.ts';
import type { Recoveries } from './recovery.ts';

type Staged = Awaited<ReturnType<typeof audited>>;

/** An event goes on record, and comes back. */
async function takes({ world, log }: Staged): Promise<boolean> {
  const { index } = await settled(world, log.append({ type: 'order.after' }), 1_000);
  const read = await all(log.read({ fromIndex: index, toIndex: index + 1 }));
  return own(read)[0] === `${index} order.after`;
}

/** Gaps are told, not thrown: this is the code that stands for one. */
async function gapIn({ log }: Staged): Promise<Error> {
  for await (const read of log.read()) {
    if (read.kind !== 'gap') continue;
    const codes = { shredded: 'SHREDDED', keyMissing: 'KEY_MISSING', damaged: 'CORRUPT' } as const;
    return new HoldfastError(codeOfStorage[codes[read.because]], 'a gap');
  }
  return new Error('there is no gap');
}

/** As an operator with the master key sees the keys of segments. */
async function keyPages({ world }: Staged): Promise<KeyPages> {
  const { files } = world;
  const digits = Buffer.from((await files.read('/key')) ?? []).toString();
  const found = await authenticate(files, '/data', Secret.of(Buffer.from(digits.trim(), 'hex')));
  if (found === undefined) throw new Error('another key');
  const { storeId } = found.identity;
  const key = derive(found.rootKey, storeId, 'keys');
  return await KeyPages.open({ files, key, storeId, random: drawn(5) }, '/data/audit');
}

async function twoSegments(): Promise<Staged> {
  const at = await audited();
  await settled(at.world, at.log.append({ type: 'order.placed' }));
  await settled(at.world, at.log.rotate());
  await settled(at.world, at.log.append({ type: 'order.paid' }));
  return at;
}

export const recoveriesOfLog: Recoveries<
  | 'DISK_FAILED'
  | 'AUDIT_QUEUE_FULL'
  | 'AUDIT_UNAVAILABLE'
  | 'AUDIT_RECORD_TOO_LARGE'
  | 'AUDIT_SHREDDED'
  | 'AUDIT_UNPROVEN'
  | 'AUDIT_HELD'
  | 'AUDIT_KEY_MISSING'
  | 'KEY_PAGE_FULL'
> = {
  DISK_FAILED: {
    recovery: 'reopen',
    async run() {
      const at = await audited();
      await settled(at.world, at.log.append({ type: 'order.placed' }));
      const { files } = at.world;
      const { create } = files;
      files.create = () => Promise.reject(new StorageError('DISK_FAILED', 'input/output error'));
      const failed = await settled(at.world, failure(at.log.rotate()));
      files.create = create;
      await at.clock.advanceAsync(60_000);
      return { failed, isBack: at.log.status().mode === 'readWrite' && (await takes(at)) };
    },
  },
  AUDIT_QUEUE_FULL: {
    recovery: 'retry',
    async run() {
      const at = await audited({ audit: { queueRecordsMax: 1 } });
      await at.clock.advanceAsync(0);
      const first = at.log.append({ type: 'order.placed' });
      const failed = await failure(at.log.append({ type: 'order.paid' }));
      await settled(at.world, first);
      return { failed, isBack: await takes(at) };
    },
  },
  AUDIT_UNAVAILABLE: {
    recovery: 'degrade',
    async run() {
      const at = await audited();
      const look = at.runtime.protect('psp', async () => 'looked', { effect: 'read' });
      at.world.files.isReadOnly = true;
      void at.log.append({ type: 'order.placed' });
      await at.clock.advanceAsync(0);
      const failed = await failure(at.log.append({ type: 'order.paid' }, { policy: 'closed' }));
      const goesOn = (await look()) === 'looked';
      at.world.files.isReadOnly = false;
      return { failed, isBack: goesOn && (await takes(at)) };
    },
  },
  AUDIT_RECORD_TOO_LARGE: {
    recovery: 'operator',
    async run() {
      const at = await audited();
      const data = 'x'.repeat(1_000_000);
      const failed = await failure(at.log.append({ type: 'order.placed', data }));
      return { failed, isBack: await takes(at) };
    },
  },
  AUDIT_SHREDDED: {
    recovery: 'operator',
    async run() {
      const at = await twoSegments();
      await settled(at.world, at.log.shred({ before: Number.MAX_SAFE_INTEGER }));
      return { failed: await gapIn(at), isBack: await takes(at) };
    },
  },
  AUDIT_UNPROVEN: {
    recovery: 'operator',
    async run() {
      const at = await audited();
      const anchor = await settled(at.world, at.log.checkpoint());
      const other = await audited({}, simWorld({ seed: 2 }));
      const failed = await settled(other.world, failure(other.log.verify({ anchor })));
      const { verdict } = await settled(at.world, at.log.verify({ anchor }));
      return { failed, isBack: verdict === 'ok' };
    },
  },
  AUDIT_HELD: {
    recovery: 'operator',
    async run() {
      const at = await twoSegments();
      await settled(at.world, at.log.hold({ name: 'case 7' }));
      const shred = () => settled(at.world, at.log.shred({ before: Number.MAX_SAFE_INTEGER }));
      const failed = await failure(shred());
      await settled(at.world, at.log.release({ name: 'case 7' }));
      return { failed, isBack: (await shred()).length > 0 };
    },
  },
  AUDIT_KEY_MISSING: {
    recovery: 'operator',
    async run() {
      const at = await twoSegments();
      await ended(at.world, at.runtime);
      await (await keyPages(at)).drop(2);
      const next = await audited({}, at.world);
      return { failed: await gapIn(next), isBack: await takes(next) };
    },
  },
  KEY_PAGE_FULL: {
    recovery: 'rotate',
    async run() {
      const at = await twoSegments();
      await ended(at.world, at.runtime);
      const pages = await keyPages(at);
      for (let n = 1_000; pages.segments().length < 1_024; n++) {
        await pages.put(n, secretOf(n % 256));
      }
      const next = await audited({}, at.world);
      const failed = await settled(next.world, failure(next.log.rotate()));
      await next.clock.advanceAsync(60_000);
      const before = Number.MAX_SAFE_INTEGER;
      await settled(next.world, next.log.shred({ before }));
      await settled(next.world, next.log.rotate());
      return { failed, isBack: next.log.status().segment === 3 && (await takes(next)) };
    },
  },
};
