import type { Scenario } from '../scenario.ts';
import type { TraceLine } from '../trace.ts';
import type { Failure } from './failure.ts';
import { drawSequence, inLine } from './mermaid.ts';
import { sequenceOf } from './sequence.ts';

/** What a person reads about a failure: what, how to see it again, the scenario, and a diagram. */
export function report(name: string, failure: Failure, traceFile?: string): string {
  const { violation, seed, path, runs, found, scenario, shrinkRuns, result } = failure;
  const again = path === '' ? '' : ` Replay it with ${JSON.stringify({ seed, path })}.`;
  return [
    `${name}: ${inLine(violation.invariant)}`,
    `  ${inLine(violation.detail).replaceAll('```', "'''")}, at ${violation.atMs} ms`,
    '',
    `Found in run ${runs}.${again}`,
    shrinkRuns === 0
      ? 'As it was found:'
      : `Shrunk in ${shrinkRuns} runs, ${count(found.faults.length)} to ${scenario.faults.length}:`,
    '',
    spread(scenario),
    '',
    '```mermaid',
    `${diagramOf(result.trace)}\`\`\``,
    '',
    `Trace: ${result.trace.length} lines, sha256 ${result.traceHash}`,
    ...result.outsideCalls.map((call) => `Called outside of the world: ${call}`),
    ...(traceFile === undefined ? [] : [`written to ${traceFile}`]),
  ].join('\n');
}

/**
 * A Mermaid sequence diagram of what led to the first violation in a trace. A note with the fields
 * `from` and `to` is drawn as a message, one with `at` as something that happened there.
 */
export const diagramOf = (trace: readonly TraceLine[]): string => drawSequence(sequenceOf(trace));

/** JSON with a line for each field, and for each fault. */
function spread(scenario: Scenario): string {
  const lineOf = (value: unknown): string =>
    JSON.stringify(value, undefined, 1).replace(/\n\s*/g, ' ');
  const fields = Object.entries(scenario).map(([name, value]) => {
    const isList = Array.isArray(value) && value.length > 0;
    const lines = isList ? `[\n${value.map((item) => `    ${lineOf(item)}`).join(',\n')}\n  ]` : '';
    return `  "${name}": ${lines || lineOf(value)}`;
  });
  return `{\n${fields.join(',\n')}\n}`;
}

const count = (faults: number): string => (faults === 1 ? '1 fault' : `${faults} faults`);
