import type { Answer, Asked } from '../../actors/http.ts';
import { INSPECTOR } from '../endpoints/paths.ts';
import type { Inspected, Inspecting, InspectorPart } from '../inspected.ts';
import {
  type InspectorOptions,
  type InspectorOptionsInput,
  inspectorOptions,
} from '../options/inspector.ts';
import { readOptions } from '../options/read.ts';
import { deskOf } from './desk.ts';
import { Sessions, type Tokens } from './site/sessions.ts';
import { Site } from './site/site.ts';

const TOKEN_BYTES = 32;

/**
 * Shows all of a runtime on a page that it serves itself, under `/inspector/`, to whoever bears the
 * token. Nothing leaves the machine, and nothing is paid for the page while nobody looks at it.
 * @throws {TypeError | RangeError} naming the field.
 */
export function inspector(options: InspectorOptionsInput = {}): InspectorPart {
  const read = readOptions(inspectorOptions, 'inspector', options);
  const { token, control } = read;
  if (control !== false && token !== undefined && control.token === token) {
    throw new RangeError('inspector.control.token must be another than inspector.token');
  }
  return { attach: (inspected) => new Inspector(inspected, read) };
}

class Inspector implements Inspecting {
  readonly #tokens: Tokens;
  readonly #sessions: Sessions;
  readonly #site: Site;
  readonly #close: () => void;

  constructor(inspected: Inspected, options: InspectorOptions) {
    const { clock, random, kernel } = inspected;
    const { token, control, hosts } = options;
    const draw = (): string => Buffer.from(random.bytes(TOKEN_BYTES)).toString('base64url');
    this.#tokens = {
      view: token ?? draw(),
      control: control === false ? undefined : (control.token ?? draw()),
    };
    this.#sessions = new Sessions((length) => random.bytes(length), clock, this.#tokens);
    const desk = deskOf(inspected, options);
    this.#close = desk.close;
    const { pages } = desk;
    this.#site = new Site({ sessions: this.#sessions, hosts, pages, log: kernel.log });
  }

  urls(base: string): { readonly view: string; readonly control: string | undefined } {
    const { view, control } = this.#tokens;
    const at = (token: string): string => `${base}${INSPECTOR}/#token=${token}`;
    return { view: at(view), control: control === undefined ? undefined : at(control) };
  }

  answer(asked: Asked): Answer | Promise<Answer> {
    return this.#site.answer(asked);
  }

  close(): void {
    this.#close();
    this.#sessions.close();
  }
}
