/**
 * A witness that answers each line of its standard input, a request in base64, with the status of
 * its answer and the first line of its body. It is killed.
 *
 *     node notary.mjs <dataDir> <key file> <verifier key of the log>
 */
import { createInterface } from 'node:readline';
import { createRuntime } from 'holdfast';

const [dataDir = '', file = '', verifierKey = ''] = process.argv.slice(2);
const { witness } = await createRuntime({
  name: 'notary',
  dataDir,
  masterKey: { file, create: true },
  audit: { ballastBytes: 65_536 },
});
witness.trust({ verifierKey });
process.stdout.write('ready\n');
for await (const line of createInterface({ input: process.stdin })) {
  const { status, body } = await witness.add(Buffer.from(line, 'base64'));
  process.stdout.write(`${status} ${body}`);
}
