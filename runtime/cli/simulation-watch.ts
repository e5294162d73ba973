import { fork } from 'node:child_process';
import { once } from 'node:events';
import { url as debuggerUrl } from 'node:inspector';
import { fileURLToPath } from 'node:url';
import type { Playbook } from '../sim/property/trial.ts';
import { textOf } from '../sim/trace.ts';
import type { CommandTools } from './command-tools.ts';
import { type Exit, Failure } from './failure.ts';
import { simulateCommand } from './simulate-arguments.ts';

/** Until the first run: the module is loaded, with all that it imports. */
const START_SECONDS = 60;
/** After all is done: a module may have left timers or sockets, which let its process never end. */
const END_SECONDS = 1;

const WATCHED = 'HOLDFAST_SIMULATION_WATCHED';

type Env = CommandTools['env'];

/** Whether the simulation is to be run here: another process watches this one, or a person does. */
export const isWatched = (env: Env): boolean =>
  env[WATCHED] !== undefined || debuggerUrl() !== undefined;

/** The same play, and tells whoever watches which scenario is begun. */
export function announced(env: Env, playbook: Playbook<unknown>): Playbook<unknown> {
  if (env[WATCHED] === undefined) return playbook;
  return (scenario) => {
    process.send?.({ scenario: textOf(scenario) });
    return typeof playbook === 'function' ? playbook(scenario) : playbook;
  };
}

/** Tells whoever watches that all is done. */
export function tellExit(env: Env, exit: Exit): void {
  if (env[WATCHED] !== undefined) process.send?.({ exit });
}

/**
 * Runs `holdfast simulate …args` in a process of its own: what is simulated may never let go of
 * it, or end it.
 * @throws {Failure} that names the scenario, if a run takes more real time than it may, or the
 * process ends before all is done.
 */
export async function watchSimulation(tools: CommandTools, args: readonly string[]): Promise<Exit> {
  const { clock, signals } = tools.world;
  const { module, report, runSeconds } = simulateCommand(args);
  const main = fileURLToPath(new URL('main.js', import.meta.url));
  const env = { ...tools.env, [WATCHED]: '1' };
  const child = fork(main, ['simulate', ...args], { env });
  let scenario: string | undefined;
  let exit: Exit | undefined;
  let because: string | undefined;
  const end = (why: string): void => {
    because ??= why;
    child.kill('SIGKILL');
  };
  const arm = (what: string, seconds: number) =>
    clock.after(seconds * 1_000, () => end(`${what} took more than ${seconds} s of real time`));
  let disarm = arm('the start', START_SECONDS);
  const ignore = signals.once(['SIGINT', 'SIGTERM', 'SIGHUP'], end);
  child.on('message', (told) => {
    ({ scenario = scenario, exit } = Object(told));
    disarm();
    disarm = exit === undefined ? arm('a run', runSeconds) : arm('the end', END_SECONDS);
  });
  const [[code, signal]] = await Promise.all([once(child, 'exit'), once(child, 'disconnect')]);
  disarm();
  ignore();
  if (exit !== undefined) return exit;
  because ??= `its process ended with ${signal ?? `code ${code}`}`;
  if (scenario === undefined) throw new Failure(`${module}: ${because}; no run had begun`);
  if (report !== undefined) await keep(tools, report, scenario);
  throw new Failure(`${module}: ${because}; the scenario: ${scenario}`);
}

async function keep({ world, terminal }: CommandTools, directory: string, scenario: string) {
  const bytes = new TextEncoder().encode(`${scenario}\n`);
  await world.files.replace(`${directory}/scenario.json`, bytes);
  terminal.note(`written to ${directory}: scenario.json`);
}
