import type { ComponentChildren } from 'preact';
import type { Life } from '../protocol.ts';

/** What a colour means. */
export type Tone = 'good' | 'warn' | 'bad' | 'calm' | 'gone' | 'accent';

export const toneOfLife: Readonly<Record<Life, Tone>> = {
  waiting: 'calm',
  running: 'good',
  failing: 'bad',
  draining: 'warn',
  ended: 'gone',
};

export function Badge(props: {
  readonly tone: Tone;
  readonly title?: string;
  /** Without a dot. */
  readonly plain?: boolean;
  /** It goes on right now. */
  readonly beats?: boolean;
  readonly children: ComponentChildren;
}) {
  const { tone, title, plain, beats, children } = props;
  const more = `${plain ? ' plain' : ''}${beats ? ' beats' : ''}`;
  return (
    <span class={`badge ${tone}${more}`} title={title}>
      {children}
    </span>
  );
}
