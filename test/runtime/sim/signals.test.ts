import { describe, expect, it } from 'vitest';
import { SimSignals } from '../../../runtime/sim/signals.ts';
import { signalsContract } from '../../contracts/signals.contract.ts';

signalsContract('simulated signals', () => {
  const signals = new SimSignals();
  return { signals, send: async (name) => signals.send(name) };
});

describe('simulated signals', () => {
  it('note what the process would have died of', () => {
    const signals = new SimSignals();
    signals.once(['SIGTERM', 'SIGHUP'], () => signals.send('SIGHUP'));
    signals.send('SIGINT');
    signals.send('SIGTERM');
    signals.send('SIGTERM');
    signals.raise('SIGINT');
    expect(signals.raised).toEqual(['SIGINT', 'SIGHUP', 'SIGTERM', 'SIGINT']);
  });
});
