/**
 * A service that records without a pause, and says which records it was promised. It is killed.
 *
 *     node victim.mjs <dataDir> <key file> <round>
 *
 * Each line it prints is `index id`, once the record with that id was acknowledged at that index.
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

await Promise.all([0, 1, 2, 3, 4, 5, 6, 7].map((writer) => write(writer)));
