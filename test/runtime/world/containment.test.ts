import { clock } from '../../../runtime/world/clock.ts';
import { containment } from '../../../runtime/world/containment.ts';
import { containmentContract } from '../../contracts/containment.contract.ts';

containmentContract('containment in this process', () => ({
  containment,
  clock,
  until: (done) => done,
}));
