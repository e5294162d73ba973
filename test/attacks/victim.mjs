/**
 * A service that records without a pause, and says which records it was promised. It is killed.
 *
 *     node victim.mjs <dataDir> <key file> <round>
 *
 * Each line it prints is `index id`, once the record with that id was acknowledged at that index;
 * or `held name from to`, once these records were; or `releasing name`, just before.
 */
import { createRuntime } from 'holdfast';

const [dataDir = '', file = '', round = ''] = process.argv.slice(2);
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

/** @param {number} writer */
async function write(writer) {
  for (;;) {
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
    const { holds, size } = runtime.audit.status();
    const [oldest, second] = holds;
    if (oldest !== undefined && second !== undefined) {
      process.stdout.write(`releasing ${oldest.name}\n`);
      await runtime.audit.release({ name: oldest.name });
      await runtime.audit.shred({ before: second.from });
    }
    const range = { fromIndex: Math.max(second?.from ?? 0, size - 50), toIndex: size };
    await runtime.audit.hold({ name: `${round}-${n}`, ...range });
    process.stdout.write(`held ${round}-${n} ${range.fromIndex} ${range.toIndex}\n`);
  }
}

await Promise.all([operate(), ...[0, 1, 2, 3, 4, 5, 6, 7].map((writer) => write(writer))]);
