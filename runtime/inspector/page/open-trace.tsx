import { effect, signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { goTo } from './app.tsx';
import { Closing } from './closing.tsx';
import { Icon } from './icon.tsx';
import { connection, source } from './state.ts';
import { openedTrace, remarksOn } from './trace-opening.ts';

interface Opening {
  readonly name: string;
  readonly bytes: number;
  /** Of the file, if that is known. */
  readonly all: number;
  readonly built: number;
}

interface Remarks {
  readonly name: string;
  readonly isShown: boolean;
  readonly texts: readonly string[];
}

const opening = signal<Opening | undefined>(undefined);
const remarks = signal<Remarks | undefined>(undefined);
const isOver = signal(false);
const SLICE_MS = 12;
let asked = 0;

/** Lets the page draw whenever it has worked for a while. */
function breather(): () => Promise<void> {
  let sinceMs = performance.now();
  return async () => {
    if (performance.now() - sinceMs < SLICE_MS) return;
    await new Promise<void>((resolve) => {
      setTimeout(resolve, 0);
    });
    sinceMs = performance.now();
  };
}

async function* piecesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = body.getReader();
  try {
    for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
      yield piece.value;
    }
  } finally {
    void reader.cancel().catch(() => {});
  }
}

async function open(name: string, body: ReadableStream<Uint8Array>, all: number): Promise<void> {
  asked += 1;
  const mine = asked;
  remarks.value = undefined;
  opening.value = { name, bytes: 0, all, built: 0 };
  const trace = await openedTrace({
    pieces: piecesOf(body),
    pause: breather(),
    progress: (told) => {
      if (mine === asked) opening.value = { name, all, ...told };
    },
  });
  if (mine !== asked) return;
  opening.value = undefined;
  const texts = remarksOn(trace);
  const isShown = trace.reading.refused === undefined;
  if (texts.length > 0) remarks.value = { name, isShown, texts };
  if (!isShown) return;
  source.value = { is: 'trace', name, history: trace.history };
  goTo(null);
}

const openFile = (file: File): Promise<void> => open(file.name, file.stream(), file.size);

/** Resolves once the token of the address has been shown, if there was one. */
const entered = (): Promise<void> =>
  new Promise((resolve) => {
    effect(() => {
      if (connection.value.is !== 'connecting') resolve();
    });
  });

/** What `holdfast inspect trace.ndjson` serves beside the page. */
async function openServed(): Promise<void> {
  try {
    await entered();
    const answer = await fetch('trace', { credentials: 'same-origin' });
    if (!answer.ok || answer.body === null) throw new Error(`The answer was ${answer.status}`);
    await open('trace.ndjson', answer.body, Number(answer.headers.get('content-length')));
  } catch (error) {
    const because = error instanceof Error ? error.message : 'it is not to be had';
    remarks.value = { name: 'trace', isShown: false, texts: [`${because}.`] };
  }
}

/** Opens traces: by a button, by a file that is dropped anywhere, by the address. */
export function OpenTrace() {
  const input = useRef<HTMLInputElement>(null);
  useDrop();
  const isTrace = source.value.is === 'trace';
  return (
    <>
      <button
        type="button"
        class="icon quiet"
        aria-label="Open a trace"
        title="Open a trace, or drop it anywhere"
        onClick={() => input.current?.click()}
      >
        <Icon name="open" />
      </button>
      {isTrace && (
        <button
          type="button"
          aria-label="Close the trace"
          onClick={() => {
            source.value = { is: 'live' };
            goTo(null);
          }}
        >
          Close
        </button>
      )}
      <input
        ref={input}
        type="file"
        accept=".ndjson,.jsonl,.json,.txt"
        class="unseen"
        tabIndex={-1}
        aria-label="A trace"
        onChange={(event) => {
          const [file] = event.currentTarget.files ?? [];
          if (file !== undefined) void openFile(file);
          event.currentTarget.value = '';
        }}
      />
      {isOver.value && <div class="drop-here">Drop a trace to open it</div>}
      <Progress />
      <RemarksDialog />
    </>
  );
}

function useDrop(): void {
  useEffect(() => {
    if (new URLSearchParams(location.search).has('trace')) void openServed();
    const hasFile = (event: DragEvent) => event.dataTransfer?.types.includes('Files') === true;
    const over = (event: DragEvent): void => {
      if (!hasFile(event)) return;
      event.preventDefault();
      isOver.value = true;
    };
    const leave = (event: DragEvent): void => {
      if (event.relatedTarget === null) isOver.value = false;
    };
    const drop = (event: DragEvent): void => {
      if (!hasFile(event)) return;
      event.preventDefault();
      isOver.value = false;
      const [file] = event.dataTransfer?.files ?? [];
      if (file !== undefined) void openFile(file);
    };
    addEventListener('dragover', over);
    addEventListener('dragleave', leave);
    addEventListener('drop', drop);
    return () => {
      removeEventListener('dragover', over);
      removeEventListener('dragleave', leave);
      removeEventListener('drop', drop);
    };
  }, []);
}

const mebi = (bytes: number): string => `${(bytes / (1 << 20)).toFixed(1)} MiB`;

function Progress() {
  const { value: now } = opening;
  if (now === undefined) return null;
  const read = now.all > 0 ? now.bytes / now.all : 0;
  const part = now.built > 0 ? 0.5 + now.built / 2 : read / 2;
  return (
    <div class="opening" role="status">
      <strong class="clip">{now.name}</strong>
      <progress max={1} value={part} aria-label="How far it is opened" />
      <span class="soft mono">{mebi(now.bytes)}</span>
    </div>
  );
}

function RemarksDialog() {
  const dialog = useRef<HTMLDialogElement>(null);
  const { value: told } = remarks;
  useEffect(() => {
    if (told === undefined) dialog.current?.close();
    else dialog.current?.showModal();
  }, [told]);
  const title = told?.isShown ? 'Not all of it is shown' : 'It cannot be shown';
  return (
    <dialog
      ref={dialog}
      aria-label={title}
      onClose={() => {
        remarks.value = undefined;
      }}
    >
      {told && (
        <div class="stack">
          <h2>{title}</h2>
          <p>
            <code>{told.name}</code>
          </p>
          <ul class="remarks">
            {told.texts.map((text) => (
              <li key={text}>{text}</li>
            ))}
          </ul>
          <Closing close={() => dialog.current?.close()} />
        </div>
      )}
    </dialog>
  );
}
