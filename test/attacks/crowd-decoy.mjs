/** Another runtime of the kind that is attacked, in a process of its own: it says its url. */
import { createRuntime } from '../../dist/runtime/index.js';

const rt = await createRuntime({ name: 'decoy', network: { exempt: [] } });
const anybody = /** @type {const} */ ({ level: 'basic', effect: 'read' });
rt.peers.handle('echo', anybody, () => 'here');
rt.peers.handle('watch', anybody, async function* () {
  for (;;) yield new Uint8Array(10_000);
});
const { url } = await rt.peers.listen();
process.on('disconnect', () => process.exit(0));
process.send?.({ url });
