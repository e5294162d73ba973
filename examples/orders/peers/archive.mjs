/** An archive: a peer that keeps receipts on record, on a disk that fills. */

import { reach } from '../reach.mjs';
import { limitedFiles, wholeDisk } from './disk.mjs';
import { codeOf, obey, openPeer, tell } from './process.mjs';

/** More than a page of the disk. */
const PAPER = 'x'.repeat(8_192);

const { runtime, folder, shopUrl, shopId, args } = await openPeer('archive', {
  diagnostics: { port: 0 },
  // So small a disk has no room to keep any in reserve.
  audit: { freeBytesMin: 0, ballastBytes: 0 },
});
const { audit, peers } = runtime;
tell(runtime, 'archive', /^audit\./);
const disk = args[0] === 'disk' ? wholeDisk(folder) : limitedFiles();

/** @type {Map<number, number>} index in the log, by number */
const receipts = new Map();

peers.handle('receipt.get', { level: 'basic', effect: 'read' }, (number) => ({
  number,
  index: receipts.get(Number(number)) ?? null,
}));
peers.handle('receipt.put', { level: 'basic', effect: 'write' }, async (number) => {
  const data = { number: Number(number), paper: PAPER };
  const { index } = await audit.append({ type: 'receipt.put', data });
  receipts.set(data.number, index);
  return { number, index };
});
const post = runtime.protect('post', async () => 'posted', { effect: 'write' });

/** @returns {Promise<number[]>} */
async function numbersOnRecord() {
  const numbers = [];
  for await (const record of audit.read({ type: 'receipt.put' })) {
    if (record.kind === 'record') numbers.push(Number(Object(record.event.data).number));
  }
  return numbers;
}

// The shop may close before.
reach(peers, shopUrl, shopId).catch(() => {});
obey(
  { id: peers.id, diagnosticsUrl: runtime.diagnosticsUrl },
  {
    ...disk,
    /** A call to the outside, with effects. */
    post: () => codeOf(post()),
    /** What is on record, and whether the log is whole. */
    recount: async () => {
      const { verdict } = await audit.verify();
      return `${verdict}: ${(await numbersOnRecord()).join(', ')}`;
    },
  },
);
