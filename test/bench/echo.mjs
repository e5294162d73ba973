const REQUEST_BYTES = 1_024;
const BULK_BYTES = 65_536;
const BUFFERED_BYTES_MAX = 1_048_576;

/** The first byte of a message. */
const kinds = { request: 1, bulk: 2, last: 3 };

/**
 * Whole messages both ways.
 * @typedef {object} Messages
 * @property {(message: Uint8Array) => void} send
 * @property {() => number} bufferedBytes
 * @property {() => Promise<unknown>} drained
 * @property {(listener: (message: Uint8Array) => void) => void} onMessage
 */

/** @param {Messages} messages */
export function serveEcho({ send, onMessage }) {
  onMessage((message) => {
    if (message[0] === kinds.request) send(message);
    if (message[0] === kinds.last) send(Uint8Array.of(kinds.last));
  });
}

/**
 * @param {Messages} messages
 * @returns {import('./peer.mjs').Side}
 */
export function askEcho({ send, onMessage, bufferedBytes, drained }) {
  let answered = () => {};
  onMessage(() => answered());
  const [request, bulk, last] = [kinds.request, kinds.bulk, kinds.last].map((kind) =>
    new Uint8Array(kind === kinds.request ? REQUEST_BYTES : BULK_BYTES).fill(kind, 0, 1),
  );
  return {
    request: (count, inFlight) =>
      new Promise((resolve) => {
        let [asked, done] = [0, 0];
        const ask = () => {
          asked += 1;
          send(request ?? new Uint8Array());
        };
        answered = () => {
          done += 1;
          if (asked < count) ask();
          if (done === count) resolve();
        };
        while (asked < Math.min(inFlight, count)) ask();
      }),
    async bulk(count) {
      /** @type {Promise<void>} */
      const received = new Promise((resolve) => {
        answered = resolve;
      });
      for (let at = 1; at <= count; at++) {
        send((at < count ? bulk : last) ?? new Uint8Array());
        if (bufferedBytes() > BUFFERED_BYTES_MAX) await drained();
      }
      await received;
    },
  };
}
