/** The same engine in a bare worker, as its own package is used: JSON in, JSON out. */
import { parentPort } from 'node:worker_threads';

const core = 'quickjs-emscripten-core';
const build = '@jitl/quickjs-ng-wasmfile-release-sync';
const { newQuickJSWASMModuleFromVariant } = await import(core);
const { default: variant } = await import(build);

const context = (await newQuickJSWASMModuleFromVariant(variant)).newContext();
const [parse, stringify] = ['JSON.parse', 'JSON.stringify'].map((name) =>
  context.unwrapResult(context.evalCode(name)),
);

/**
 * @param {any} callee
 * @param {any} value
 */
function called(callee, value) {
  const result = context.unwrapResult(context.callFunction(callee, context.undefined, value));
  value.dispose();
  return result;
}

parentPort?.on('message', ({ code, input }) => {
  const given = called(parse, context.newString(input));
  context.setProp(context.global, 'input', given);
  given.dispose();
  const output = called(stringify, context.unwrapResult(context.evalCode(code)));
  parentPort?.postMessage(context.getString(output));
  output.dispose();
});
parentPort?.postMessage('ready');
