import { readFile } from 'node:fs/promises';
import type { VmUnavailable } from '../../../../actors/vm-drivers.ts';
import { Jailed, type JailSpec } from './jail.ts';
import type { JailTools } from './jail-tools.ts';

const SCRIPT = '/escapes.mjs';
const REPORT_LENGTH_MAX = 4096;
/** So that threads run out before memory does. */
const DATA_BYTES_MAX = 2 ** 30;

interface Report {
  readonly tried: number;
  readonly worked: readonly string[];
}

function parseReport(text: string): Report | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** How many were tried, in a jail like that of a guest, if none worked. */
export async function tryEscapes(
  tools: JailTools,
  spec: JailSpec,
  signal: AbortSignal,
): Promise<number | VmUnavailable> {
  const { limits } = spec;
  const jailed = new Jailed(tools, {
    ...spec,
    program: ['/node', '--jitless', '--no-warnings', SCRIPT, `${limits.processesMax}`],
    texts: { [SCRIPT]: await readFile(new URL('./escapes.mjs', import.meta.url), 'utf8') },
    limits: { ...limits, dataBytesMax: DATA_BYTES_MAX },
  });
  const letGo = jailed.heed(signal);
  let text = '';
  jailed.socket(3).setEncoding('utf8');
  jailed.socket(3).on('data', (part: string) => {
    text = (text + part).slice(0, REPORT_LENGTH_MAX);
  });
  const { stderr, code } = await jailed.exited;
  letGo();
  const report = parseReport(text);
  if (report === undefined) {
    return { unavailable: `escapes could not be tried: exit ${code} ${stderr}`.trim() };
  }
  if (report.worked.length === 0) return report.tried;
  return { unavailable: `the jail does not hold: what is inside ${report.worked.join(', ')}` };
}
