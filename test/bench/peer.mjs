/**
 * One side of two: `peer.mjs <carrier>` listens, and says where; `peer.mjs <carrier> <address>`
 * dials, and then does what it is told, and says how long that took.
 * @typedef {object} Side
 * @property {(count: number, inFlight: number) => Promise<void>} request so many, of 1 KiB, echoed
 * @property {(count: number) => Promise<void>} bulk so many times 64 KiB, one way, all received
 *
 * @typedef {{ listen(): Promise<string>, dial(address: string): Promise<Side> }} Carrier
 *
 * @typedef {{ work: 'request' | 'bulk', count: number, inFlight: number }} Order
 */
const [name, address] = process.argv.slice(2);

process.once('disconnect', () => process.exit());

/** @type {Carrier} */
const carrier = await import(`./${name}.carrier.mjs`);
if (address === undefined) process.send?.({ address: await carrier.listen() });
else {
  const side = await carrier.dial(address);
  process.on('message', async (/** @type {Order} */ { work, count, inFlight }) => {
    const beganAtMs = performance.now();
    await side[work](count, inFlight);
    process.send?.({ tookMs: performance.now() - beganAtMs });
  });
  process.send?.({});
}
