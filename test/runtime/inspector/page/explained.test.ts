import { describe, expect, it } from 'vitest';
import {
  type CauseStory,
  storyBy,
  storyIn,
  troublesIn,
} from '../../../../runtime/inspector/page/explained.ts';
import { fact } from './happened.ts';
import { opened, shopLines } from './opened-trace.ts';

const told = (story: CauseStory | undefined) =>
  story && [
    ...story.steps.map(({ subject, sentence, after, atMs }) => {
      return `${atMs} ${subject} ${sentence.text}${after === undefined ? '' : `, after ${after}`}`;
    }),
    story.end,
  ];

describe('why something is so', () => {
  it('is told from what is asked about back to its first cause, with the times between', () => {
    const { lines } = opened(shopLines());
    expect(told(storyIn(lines, { subject: 'workers/counter' }, 4000))).toEqual([
      '3183 workers/counter is back: its 2nd life, after 183 ms',
      '3000 workers/counter is restarted in 183 ms: restart 1 of 5 in 1 min, after 0 ms',
      '3000 workers/counter fails: Error: out of fingers',
      'It goes no further back: nothing is known to have caused this.',
    ]);
    expect(storyIn(lines, { subject: 'nobody' }, 4000)).toBeUndefined();
  });

  it('is told by the runtime in times of the calendar, and says if a cause is forgotten', () => {
    const at = (ms: number) => new Date(1_000_000 + ms).toISOString();
    const story = storyBy(
      {
        chain: [
          { id: '2', type: 'peer.banned', time: at(1500), data: { rule: 'spoof' }, from: 'audit' },
          { id: '1', type: 'odd', subject: 'a', time: at(0), data: 'words', from: 'recorder' },
        ],
        ends: 'forgotten',
      },
      1_000_000,
    );
    expect(told(story)).toEqual([
      '1500  is banned: spoof, after 1.5 s',
      '0 a odd',
      'It goes no further back: its cause is known by name only, and is forgotten.',
    ]);
  });
});

describe('what may be asked about', () => {
  it('is what went wrong up to a moment, newest first, and no more of it than is asked for', () => {
    const lines = [
      fact(1, 'actor.failed', 'a'),
      fact(2, 'actor.started', 'b'),
      fact(3, 'breaker.opened', 'c'),
      fact(4, 'peer.banned', 'd'),
      fact(5, 'mailbox.dropped', 'e', { count: 1, reason: 'poison' }),
    ];
    const subjects = (untilMs: number, max: number) =>
      troublesIn(lines, untilMs, max).map(({ subject }) => subject);
    expect([subjects(3, 9), subjects(9, 2)]).toEqual([
      ['c', 'a'],
      ['d', 'c'],
    ]);
  });
});
