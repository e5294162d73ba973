/**
 * A service that records without a pause, and says which records it was promised. It is killed.
 *
 *     node victim.mjs <dataDir> <key file> <round> <ready | rotating>
 *
 * Each line it prints is `index id`, once the record with that id was acknowledged at that index;
 * or `held name from to`, once these records were; or `releasing name`, just before. If it rotates
 * its audit keys: `rotating`, just before, and `anchor checkpoint .` once the next one has signed
 * the checkpoint, which stands there in base64.
 */
import { createRuntime } from 'holdfast';

const [dataDir = '', file = '', round = '', since] = process.argv.slice(2);
const runtime = await createRuntime({
  name: 'victim',
  dataDir,
  masterKey: { file, create: true },
  audit: {
    segmentBytesMax: 65_536,
    headMs: 20,
    ballastBytes: 65_536,
    retention: { segmentsMax: 4 },
  },
});
process.stdout.write('ready\n');
let next = 0;
/** Resolves when there may be writing. */
let peace = Promise.resolve();

/** @param {number} writer */
async function write(writer) {
  for (;;) {
    await peace;
    const id = `${round}-${writer}-${next++}`;
    const padding = 'x'.repeat((next * 37) % 700);
    const { index } = await runtime.audit.append({
      type: 'order.taken',
      subject: id,
      data: padding,
    });
    process.stdout.write(`${index} ${id}\n`);
  }
}

/** Holds what is new, releases what it held longest, and shreds what is older than all holds. */
async function operate() {
  await runtime.audit.append({ type: 'order.taken', subject: round });
  for (let n = 0; ; n++) {
    const { holds } = runtime.audit.status();
    const [oldest, second] = holds;
    if (oldest !== undefined && second !== undefined) {
      process.stdout.write(`releasing ${oldest.name}\n`);
      await runtime.audit.release({ name: oldest.name });
      await runtime.audit.shred({ before: second.from });
    }
    const { size } = runtime.audit.status();
    const range = { fromIndex: Math.max(second?.from ?? 0, size - 50), toIndex: size };
    await runtime.audit.hold({ name: `${round}-${n}`, ...range });
    process.stdout.write(`held ${round}-${n} ${range.fromIndex} ${range.toIndex}\n`);
  }
}

/** Four times at most: there are 1,024 audit keys, for all rounds. */
async function rotateKeys() {
  for (let n = 0; n < 4; n++) {
    // It takes the tree of the whole log, and is short once that is there.
    const whole = runtime.audit.checkpoint();
    peace = whole.then(() => {});
    await whole;
    process.stdout.write('rotating\n');
    await runtime.audit.rotateKey({ reason: `round ${round}` });
    const checkpoint = Buffer.from(await runtime.audit.checkpoint());
    process.stdout.write(`anchor ${checkpoint.toString('base64')} .\n`);
  }
}

const writers = [0, 1, 2, 3, 4, 5, 6, 7].map((writer) => write(writer));
await Promise.all([operate(), ...writers, ...(since === 'rotating' ? [rotateKeys()] : [])]);
