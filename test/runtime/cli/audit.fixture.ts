import { PassThrough } from 'node:stream';
import { runAudit } from '../../../runtime/cli/audit.ts';
import { Failure } from '../../../runtime/cli/failure.ts';
import { Terminal } from '../../../runtime/cli/terminal.ts';
import { nodeWorld } from '../../../runtime/world/node.ts';

const quiet = { debug() {}, info() {}, warn() {}, error() {} };

/** `holdfast audit …args`, in this process. */
export async function audit(
  args: readonly string[],
  env: Record<string, string> = {},
  out = new PassThrough(),
) {
  const err = new PassThrough();
  const terminal = new Terminal(out, err);
  const world = nodeWorld({ log: quiet });
  const textOf = (stream: PassThrough): string => `${stream.read() ?? ''}`;
  try {
    const exit = await runAudit({ world, terminal, env }, args);
    return { exit, out: textOf(out), err: textOf(err) };
  } catch (error) {
    const exit = error instanceof Failure ? error.exit : 1;
    return { exit, out: textOf(out), err: `${textOf(err)}${(error as Error).message}` };
  }
}
