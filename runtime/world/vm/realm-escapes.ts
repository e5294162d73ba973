/**
 * A script that tries the ways out of its realm, and comes to a text of the names that it found
 * behind them: an empty one, where the realm holds. It prints, and asks the host, and wants no
 * answer.
 */
export const realmEscapes = `
const names = ['require', 'process', 'fetch', 'setTimeout', 'WebAssembly', 'SharedArrayBuffer'];
const found = new Set(names.filter((name) => name in globalThis));
const caught = [[]];
const keep = (error) => { caught.push(error); };
const leave = (thing) => {
  try {
    const outside = thing.constructor.constructor('return this')();
    for (const name of names) if (name in outside) found.add(name);
  } catch {}
};
(function f() { keep(f.caller); })();
// Where the stack is at its end, it is the host's own code that fails.
for (const act of [
  () => console.log(''),
  () => host.call('').catch(keep),
  () => import('fs').catch(keep),
]) {
  let tries = 2000;
  let successes = 50;
  (function dive() {
    try { dive(); } catch (error) { keep(error); }
    tries -= 1;
    if (tries < 0 || successes < 0) return;
    try { act(); successes -= 1; } catch (error) { keep(error); }
  })();
}
Promise.all(['fs', 'node:fs', 'std', 'os'].map((name) =>
  import(name).then(() => found.add(name), keep)
)).then(() => {
  caught.forEach(leave);
  return [...found].join(' ');
})`;
