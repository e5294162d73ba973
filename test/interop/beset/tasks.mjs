/**
 * Says that it is there, and from then on does what its parent says, and says what came of it. It
 * ends with its parent.
 *
 * @param {unknown} self
 * @param {Readonly<Record<string, (input: never) => unknown>>} tasks
 */
export function obey(self, tasks) {
  process.on('disconnect', () => process.exit());
  process.on('message', async (/** @type {{ task: string, input: never }} */ { task, input }) => {
    process.send?.({ task, came: await tasks[task]?.(input) });
  });
  process.send?.({ task: 'start', came: self });
}

/**
 * What came of a call: `answered`, or the code of its error.
 *
 * @param {Promise<unknown>} call
 * @returns {Promise<string>}
 */
export const codeOf = (call) =>
  call.then(
    () => 'answered',
    (/** @type {unknown} */ error) => String(Object(error).code ?? error),
  );
