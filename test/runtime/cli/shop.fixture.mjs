/**
 * A shop that charges again when its bank is slow: what `holdfast simulate` is given.
 * @typedef {{ booked: number }} Bank
 */

/** @param {import('../../../runtime/sim/stage.ts').Stage} at @param {Bank} bank */
async function charge(at, bank) {
  at.note('charge', { from: 'shop', to: 'bank' });
  await at.wait(at.buggify('bank is slow') ? 3_000 : 100);
  bank.booked += 1;
  at.note('booked', { from: 'bank', to: 'shop' });
}

/** @type {import('../../../runtime/sim/property/index.ts').Play<Bank>} */
export const playbook = {
  start: () => ({ booked: 0 }),
  async workload(at, bank) {
    const first = charge(at, bank);
    await at.wait(2_000);
    at.sometimes('the bank is late', bank.booked === 0);
    if (bank.booked === 0) await charge(at, bank);
    await first;
  },
  invariants: [
    {
      name: 'no order is booked twice',
      always: ({ booked }) => (booked > 1 ? `the bank booked ${booked} times` : undefined),
    },
  ],
};

export const options = { horizonMs: 20_000, faults: ['clock.jump'] };
