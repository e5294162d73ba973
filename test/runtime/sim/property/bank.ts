import type { Play } from '../../../../runtime/sim/property/index.ts';
import type { Stage } from '../../../../runtime/sim/stage.ts';

export interface Bank {
  booked: number;
  lost: number;
}

/**
 * A shop that charges again when its bank is slow, unless it `isPatient`; and that loses something
 * when it crashes a second time.
 */
export function shop({ isPatient = false } = {}): Play<Bank> {
  const charge = async (at: Stage, bank: Bank): Promise<void> => {
    at.note('charge', { from: 'shop', to: 'bank' });
    await at.wait(at.buggify('bank is slow') ? 3_000 : 100);
    bank.booked += 1;
    at.note('booked', { from: 'bank', to: 'shop' });
  };
  return {
    start: () => ({ booked: 0, lost: 0 }),
    async workload(at, bank) {
      if (at.incarnation > 2) bank.lost += 1;
      at.note('rain', { at: 'weather' });
      const first = charge(at, bank);
      await at.wait(2_000);
      if (bank.booked === 0 && !isPatient) await charge(at, bank);
      await first;
    },
    invariants: [
      {
        name: 'no order is booked twice',
        always: ({ booked }) => (booked > 1 ? `the bank booked ${booked} times` : undefined),
      },
      {
        name: 'nothing is lost',
        always: ({ lost }) => (lost > 0 ? 'the shop crashed twice' : undefined),
      },
    ],
  };
}
