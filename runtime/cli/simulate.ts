import { createHash } from 'node:crypto';
import { describeError } from '../errors.ts';
import { addCoverage, type Coverage } from '../sim/coverage.ts';
import { demandReplay } from '../sim/determinism.ts';
import type { Failure as Found, SearchOptions } from '../sim/property/failure.ts';
import { diagramOf, report } from '../sim/property/report.ts';
import { trialOf } from '../sim/property/trial.ts';
import { readScenario } from '../sim/scenario.ts';
import type { SimulationResult } from '../sim/simulate.ts';
import { ndjson } from '../sim/trace.ts';
import type { CommandTools } from './command-tools.ts';
import { type Exit, exits, Failure } from './failure.ts';
import { type SimulateCommand, simulateCommand } from './simulate-arguments.ts';
import { loadSimulated, type SimulatedModule } from './simulated-module.ts';
import { idleText, reachText } from './simulation-text.ts';
import { announced } from './simulation-watch.ts';
import { type Terminal, unlessHungUp } from './terminal.ts';

/** What all runs of a command came to. */
interface Outcome {
  readonly seed: number;
  readonly runs: number;
  readonly found: Found | undefined;
  readonly traceHash: string;
  readonly coverage: Coverage;
  /** What its code called of the process, and not of its world. */
  readonly outsideCalls: readonly string[];
}

/** @throws {Failure} @throws {TypeError | RangeError} in plain words. */
export async function runSimulate(tools: CommandTools, args: readonly string[]): Promise<Exit> {
  const command = simulateCommand(args);
  const { files } = tools.world;
  const simulated = await loadSimulated(files, command.module);
  if (command.report !== undefined) await files.makeDirectory(command.report);
  const outcome = await (command.replay === undefined
    ? search(tools, command, simulated)
    : replay(tools, command.replay, simulated));
  await unlessHungUp(tell(tools.terminal, command, outcome));
  if (outcome.found !== undefined) await keep(tools, command, outcome.found);
  return outcome.found === undefined ? exits.ok : exits.failed;
}

async function search(
  { terminal, env }: CommandTools,
  command: SimulateCommand,
  simulated: SimulatedModule,
): Promise<Outcome> {
  const { findFailure } = await propertyLayer();
  const { options } = simulated;
  const playbook = announced(env, simulated.playbook);
  const tally = new Tally();
  const { seed = 1, runs = 100, path, shrinkRunsMax = 500, ...rest } = overruled(options, command);
  let shrinkRuns = -1;
  const onRun = (result: SimulationResult): void => {
    options.onRun?.(result);
    if (shrinkRuns < 0) tally.add(result);
    if (shrinkRuns < 0) terminal.progress(tally.runs, path === undefined ? runs : 1, 'runs');
    else terminal.progress(shrinkRuns, shrinkRunsMax, 'runs of shrinking, at most');
    if (shrinkRuns >= 0 || result.violations.length > 0) shrinkRuns += 1;
  };
  const given: SearchOptions = { ...rest, seed, runs, shrinkRunsMax, onRun };
  const found = await findFailure(playbook, path === undefined ? given : { ...given, path });
  return { seed, found, ...tally.read(found?.result) };
}

/** What the command says goes; a path of the module is that of its seed, and one of its runs. */
function overruled(options: SearchOptions, { seed, runs, path }: SimulateCommand): SearchOptions {
  const { path: _, ...rest } = options;
  if (seed === undefined && runs === undefined) return options;
  return {
    ...rest,
    ...(seed === undefined ? {} : { seed }),
    ...(runs === undefined ? {} : { runs }),
    ...(path === undefined ? {} : { path }),
  };
}

/** Needed for what is drawn only, and an optional peer. */
async function propertyLayer() {
  try {
    return await import('../sim/property/failure.ts');
  } catch (error) {
    const { message } = describeError(error);
    const advice = 'a search draws with fast-check: npm install --save-dev fast-check@4';
    throw new Failure(message.includes("'fast-check'") ? advice : message);
  }
}

async function replay(
  { world, terminal, env }: CommandTools,
  file: string,
  { playbook }: SimulatedModule,
): Promise<Outcome> {
  const bytes = await world.files.read(await world.files.realPath(file));
  if (bytes === undefined) throw new Failure(`there is no file ${file}`);
  const scenario = readScenario(parsed(file, bytes));
  const trial = trialOf(announced(env, playbook));
  const result = await trial(scenario);
  await demandReplay(result, () => trial(scenario));
  const isWorkloadRead = typeof playbook === 'function';
  for (const idle of idleText(scenario, result.trace, { isWorkloadRead })) {
    terminal.note(`warning: ${idle}`);
  }
  const tally = new Tally();
  tally.add(result);
  const [violation] = result.violations;
  const { seed } = scenario;
  if (violation === undefined) return { seed, found: undefined, ...tally.read() };
  const shown = { seed, path: '', runs: 1, found: scenario, scenario, result, shrinkRuns: 0 };
  return { seed, found: { violation, ...shown }, ...tally.read(result) };
}

function parsed(file: string, bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch (error) {
    throw new Failure(`${file} is no JSON: ${describeError(error).message}`);
  }
}

/** Adds runs up. Its hash is over all traces, one after the other. */
class Tally {
  runs = 0;
  readonly #hash = createHash('sha256');
  readonly #outsideCalls = new Set<string>();
  #coverage: Coverage = { sites: {}, sometimes: {}, states: {}, edges: {}, missed: {} };

  add({ trace, coverage, outsideCalls }: SimulationResult): void {
    for (const call of outsideCalls) this.#outsideCalls.add(call);
    this.runs += 1;
    for (const line of trace) this.#hash.update(ndjson([line]));
    this.#coverage = addCoverage(this.#coverage, coverage);
  }

  /** If something was found, the hash is of that alone. */
  read(found?: SimulationResult) {
    const traceHash = found?.traceHash ?? this.#hash.digest('hex');
    const outsideCalls = [...this.#outsideCalls];
    return { runs: this.runs, traceHash, coverage: this.#coverage, outsideCalls };
  }
}

async function tell(
  terminal: Terminal,
  { module, isJson }: SimulateCommand,
  { seed, runs, found, traceHash, coverage, outsideCalls }: Outcome,
): Promise<void> {
  if (isJson) {
    const violations = found?.result.violations ?? [];
    const more = found === undefined ? {} : { path: found.path, scenario: found.scenario };
    return await terminal.printJson(
      JSON.stringify({ seed, runs, violations, traceHash, ...more, coverage, outsideCalls }),
    );
  }
  const words = runs === 1 ? '1 run' : `${runs} runs`;
  const clean = `no violation in ${words} from seed ${seed}, traces sha256 ${traceHash}`;
  await terminal.print(found === undefined ? clean : report(module, found));
  for (const line of reachText(coverage)) await terminal.print(line);
  if (found !== undefined) return;
  for (const call of outsideCalls) terminal.note(`warning: called outside of the world: ${call}`);
}

/** Writes what was found into the directory for it, if there is one. */
async function keep(
  { world, terminal }: CommandTools,
  { module, report: directory }: SimulateCommand,
  found: Found,
): Promise<void> {
  if (directory === undefined) return;
  const files = {
    'report.md': `${report(module, found)}\n`,
    'scenario.json': `${JSON.stringify(found.scenario, undefined, 2)}\n`,
    'diagram.mmd': diagramOf(found.result.trace),
    'trace.ndjson': ndjson(found.result.trace),
  };
  for (const [name, content] of Object.entries(files)) {
    await world.files.replace(`${directory}/${name}`, new TextEncoder().encode(content));
  }
  terminal.note(`written to ${directory}: ${Object.keys(files).join(', ')}`);
}
