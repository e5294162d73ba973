import { setup } from 'xstate';
import type { Diagnosed } from '../../../runtime/endpoints/diagnosed.ts';
import { layFoundation } from '../../../runtime/foundation.ts';
import { type HealthReport, reportOf } from '../../../runtime/health-report.ts';
import { runtimeOptions } from '../../../runtime/options/runtime.ts';
import { simWorld } from '../../../runtime/sim/world.ts';
import { Supervisor } from '../../../runtime/supervisor.ts';
import { settled } from '../audit-stage.ts';

/** It waits for nothing. */
export const idle = setup({}).createMachine({});

/** All that is told of a runtime, and the parts that it is told of. */
export async function diagnosedStage() {
  const world = simWorld({ seed: 1 });
  const how = { report: reportOf({ isStarted: true, isAccepting: true }, {}), hasFailed: false };
  const life = {
    health: (): HealthReport => how.report,
    hasFailed: () => how.hasFailed,
  };
  const foundation = await settled(
    world,
    layFoundation(world, runtimeOptions.parse({ name: 'shop' }), () => {}, life),
  );
  const { kernel, audit, peers, tools } = foundation;
  const { breakers } = tools;
  const standings = (): Record<string, unknown> => ({ audit: { mode: 'readWrite' } });
  const diagnosed: Diagnosed = {
    ...{ name: 'shop', kernel, breakers, audit, peers, standings },
    ...life,
  };
  return { world, how, kernel, breakers, diagnosed, top: new Supervisor(kernel.root) };
}
