/** What it takes to see the bug of a machine is searched for, made small, and drawn. */
import { diagramOf, findFailure } from 'holdfast/sim/property';
import { options, playbook } from './lift/play.mjs';

const failure = await findFailure(playbook, options);
if (failure === undefined) throw new Error('nothing was found');
const { violation, found, scenario, result } = failure;
console.log(`${violation.invariant}: ${violation.detail}`);
console.log(`${found.faults.length} faults were drawn, ${scenario.faults.length} are needed`);
console.log(scenario.workload);
console.log(diagramOf(result.trace));
