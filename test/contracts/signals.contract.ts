import { describe, expect, it } from 'vitest';
import type { SignalName, Signals } from '../../actors/world.ts';

export interface SignalsStage {
  readonly signals: Signals;
  /** Resolves once a signal from outside has come to all who listen. */
  send(name: SignalName): Promise<void>;
}

/** What the signals of every world promise. */
export function signalsContract(name: string, begin: () => SignalsStage): void {
  describe(name, () => {
    it('tells the first of the awaited signals, and then no more', async () => {
      const { signals, send } = begin();
      const heard: SignalName[] = [];
      signals.once(['SIGHUP', 'SIGTERM'], (signal) => heard.push(signal));
      await send('SIGTERM');
      await send('SIGTERM');
      await send('SIGHUP');
      expect(heard).toEqual(['SIGTERM']);
    });

    it('tells nothing of signals that nobody awaits', async () => {
      const { signals, send } = begin();
      const heard: SignalName[] = [];
      const stop = signals.once(['SIGHUP'], (signal) => heard.push(signal));
      await send('SIGTERM');
      expect(heard).toEqual([]);
      await send('SIGHUP');
      expect(heard).toEqual(['SIGHUP']);
      stop();
    });

    it('tells nothing to a listener that was taken away, once or twice', async () => {
      const { signals, send } = begin();
      const heard: string[] = [];
      const stop = signals.once(['SIGHUP'], () => heard.push('gone'));
      signals.once(['SIGHUP'], () => heard.push('there'));
      stop();
      stop();
      await send('SIGHUP');
      expect(heard).toEqual(['there']);
    });

    it('tells every listener, in the order they came', async () => {
      const { signals, send } = begin();
      const heard: string[] = [];
      signals.once(['SIGHUP'], () => heard.push('a'));
      signals.once(['SIGTERM', 'SIGHUP'], () => heard.push('b'));
      await send('SIGHUP');
      expect(heard).toEqual(['a', 'b']);
    });

    it('can be awaited again by the listener that was told', async () => {
      const { signals, send } = begin();
      const heard: string[] = [];
      signals.once(['SIGHUP'], () => {
        heard.push('first');
        signals.once(['SIGHUP'], () => heard.push('second'));
      });
      await send('SIGHUP');
      expect(heard).toEqual(['first']);
      await send('SIGHUP');
      expect(heard).toEqual(['first', 'second']);
    });
  });
}
