/** A host with code in a sandbox that does not end; says so, and waits to be killed. */
import { createRuntime } from 'holdfast';

const [level, imageDir] = process.argv.slice(2);
const isolation = /** @type {import('holdfast').Isolation} */ (level);
// None is made ahead: killed while it makes one, it may leave a jail that waits (see SECURITY).
const ahead = { warmMax: 0 };
const rt = await createRuntime({ vm: imageDir === '' ? ahead : { ...ahead, imageDir } });
const host = { running: () => process.stdout.write('running\n') };
const code = '(async () => { await host.call("running"); for (;;); })()';
await rt.sandboxes.run({ isolation, code, host, timeoutMs: 600_000, cpuMs: 600_000 });
