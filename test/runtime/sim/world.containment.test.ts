import { simWorld } from '../../../runtime/sim/world.ts';
import { containmentContract } from '../../contracts/containment.contract.ts';

containmentContract('containment in a simulated world', () => {
  const { clock, containment } = simWorld({ seed: 1 });
  return {
    clock,
    containment,
    async until(done) {
      await clock.advanceAsync(1_000);
      await done;
    },
  };
});
