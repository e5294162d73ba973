import { signal } from '@preact/signals';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Command } from '../protocol.ts';
import { Closing } from './closing.tsx';
import { RefusedError } from './live.ts';
import { live, mayCommand } from './state.ts';

interface Asked {
  readonly command: Command;
  /** The path of an actor, the name of a breaker, the id of a peer. */
  readonly target: string;
}

interface Words {
  readonly title: string;
  readonly does: string;
  readonly verb: string;
  readonly isGrave: boolean;
}

const words: Readonly<Record<Command, Words>> = {
  'actor.restart': {
    title: 'Restart an actor',
    does: 'It ends and begins anew, as after a failure; what waits for it is kept.',
    verb: 'Restart',
    isGrave: false,
  },
  'breaker.isolate': {
    title: 'Isolate a breaker',
    does: 'It refuses every call until it is released.',
    verb: 'Isolate',
    isGrave: true,
  },
  'breaker.release': {
    title: 'Release a breaker',
    does: 'It judges calls by itself again.',
    verb: 'Release',
    isGrave: false,
  },
  'peer.ban': {
    title: 'Ban a peer',
    does: 'It is disconnected and may not come back.',
    verb: 'Ban',
    isGrave: true,
  },
  'peer.unban': {
    title: 'Lift a ban',
    does: 'Whoever it is may come again, and earns trust anew.',
    verb: 'Lift',
    isGrave: false,
  },
};

const asked = signal<Asked | undefined>(undefined);

/** A button that asks for a reason and does it; greyed out, with why, where it may not be done. */
export function CommandButton(
  props: Asked & {
    readonly label?: string;
    /** Why this target is none for it, whoever asks. */
    readonly not?: string | undefined;
  },
) {
  const { command, target, label = words[command].verb, not } = props;
  const { may, why } = not === undefined ? mayCommand(command) : { may: false, why: not };
  return (
    <button
      type="button"
      aria-disabled={!may}
      title={may ? undefined : why}
      aria-label={may ? `${label} ${target}` : `${label} ${target}: ${why}`}
      onClick={() => {
        if (may) asked.value = { command, target };
      }}
    >
      {label}
    </button>
  );
}

export function CommandDialog() {
  const dialog = useRef<HTMLDialogElement>(null);
  const { value: command } = asked;
  useEffect(() => {
    if (command) dialog.current?.showModal();
    else dialog.current?.close();
  }, [command]);
  return (
    <dialog
      ref={dialog}
      aria-label={command && words[command.command].title}
      onClose={() => {
        asked.value = undefined;
      }}
    >
      {command && <Reason {...command} close={() => dialog.current?.close()} />}
    </dialog>
  );
}

type Answer =
  | { readonly is: 'open' }
  | { readonly is: 'asked' }
  | { readonly is: 'done' }
  | { readonly is: 'refused'; readonly because: string };

function Reason({ command, target, close }: Asked & { readonly close: () => void }) {
  const [reason, setReason] = useState('');
  const [answer, setAnswer] = useState<Answer>({ is: 'open' });
  const { title, does, verb, isGrave } = words[command];
  const send = async (event: Event) => {
    event.preventDefault();
    setAnswer({ is: 'asked' });
    const address = new URLSearchParams({ do: command, target, reason: reason.trim() });
    try {
      await live.value?.ask(`command?${address}`, 'POST');
      setAnswer({ is: 'done' });
    } catch (error) {
      const code = error instanceof RefusedError ? ` (${error.code})` : '';
      const because = error instanceof Error ? error.message : 'There was no answer.';
      setAnswer({ is: 'refused', because: `${because}${code}` });
    }
  };
  const mayNot = reason.trim() === '' || answer.is === 'asked';
  if (answer.is === 'done') return <Done title={title} target={target} close={close} />;
  return (
    <form onSubmit={send}>
      <h2>{title}</h2>
      <p>
        <code>{target}</code>
      </p>
      <p class="soft">{does}</p>
      <label>
        Reason
        <textarea
          required
          maxLength={500}
          value={reason}
          placeholder="Why, for those who read the audit log"
          onInput={(event) => setReason(event.currentTarget.value)}
        />
      </label>
      {answer.is === 'refused' && (
        <p class="notice bad" role="alert">
          {answer.because}
        </p>
      )}
      <footer>
        <button type="button" onClick={close}>
          Cancel
        </button>
        <button type="submit" class={isGrave ? 'danger' : 'primary'} disabled={mayNot}>
          {verb}
        </button>
      </footer>
    </form>
  );
}

function Done(props: { readonly title: string; readonly target: string; close: () => void }) {
  return (
    <div class="stack">
      <h2>{props.title}</h2>
      <p role="status">
        Done for <code>{props.target}</code>, and recorded with its reason.
      </p>
      <Closing close={props.close} />
    </div>
  );
}
