import { AccessList } from '../../../../actors/peer/door/access-list.ts';
import {
  Admission,
  type AdmissionTools,
  type Entrant,
} from '../../../../actors/peer/door/admission.ts';
import { Conduct } from '../../../../actors/peer/door/conduct.ts';
import { VirtualClock } from '../../../../runtime/sim/clock.ts';
import { SeededRandom } from '../../../../runtime/sim/random.ts';
import { primitives } from '../../../../runtime/world/primitives.ts';

/** An admission on virtual time, and what became of those who came. */
export function admitting(more: Partial<AdmissionTools> = {}, clock = new VirtualClock()) {
  const refused: string[] = [];
  const conduct = new Conduct(clock, more.isExempt ?? (() => false));
  const load = { isChallenging: false };
  const admission = new Admission({
    clock,
    random: new SeededRandom(1).stream('admission'),
    primitives,
    load,
    access: new AccessList({ allow: [], deny: [] }),
    isExempt: () => false,
    conduct,
    refusals: { count: (address, because) => refused.push(`${address} ${because}`) },
    ...more,
  });
  const dropped: string[] = [];
  const arrive = (address: string): Entrant | undefined =>
    admission.arrive({ address, port: 1 }, () => dropped.push(address));
  /** As `arrive`, for whoever is let. */
  const enter = (address: string): Entrant => {
    const entrant = arrive(address);
    if (entrant === undefined) throw new Error(`${address} may not arrive`);
    return entrant;
  };
  return { clock, admission, conduct, load, refused, dropped, arrive, enter };
}
