/** Drawn in a field of 16 by 16. */
const paths = {
  tree: 'M3 2.5v9a1.5 1.5 0 0 0 1.5 1.5H7M3 6.5h4M9 5h5v3H9zM9 11.5h5v3H9z',
  timeline: 'M2 4h6M5 8h8M3 12h5M11 2v12',
  sequence: 'M4 2v12M12 2v12M4 6h7M9.5 4.5 11 6 9.5 7.5M12 11H5M6.5 9.5 5 11l1.5 1.5',
  modes: 'M2 13h3V9H2zM6.5 13h3V6h-3zM11 13h3V3h-3z',
  breakers: 'M1.5 8H5M11 8h3.5M5 8l5.5-4M5 8.1v0M11 8v0',
  peers: 'M5.5 6a2 2 0 1 0 0-4 2 2 0 0 0 0 4ZM12 13a2 2 0 1 0 0-4 2 2 0 0 0 0 4ZM6.5 6l4 4M3 13h4',
  sandboxes: 'M8 1.5 13.5 4.5v7L8 14.5l-5.5-3v-7zM2.5 4.5 8 7.5l5.5-3M8 7.5v7',
  audit: 'M4 1.5h8v13H4zM6 5h4M6 8h4M6 11h2',
  letters: 'M2 4h12v8.5H2zM2 4.5l6 4.5 6-4.5',
  explain:
    'M6 6a2 2 0 1 1 3 1.8c-.7.4-1 .9-1 1.7M8 12v.2M8 14.5a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13Z',
  health: 'M1.5 8h3l2-4.5 3 9 2-4.5h3',
  search: 'M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10ZM10.8 10.8 14 14',
  sun: 'M8 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6ZM8 1.5v1M8 13.5v1M1.5 8h1M13.5 8h1M3.4 3.4l.7.7M11.9 11.9l.7.7M12.6 3.4l-.7.7M4.1 11.9l-.7.7',
  moon: 'M13.5 9.5A6 6 0 0 1 6.5 2.5a6 6 0 1 0 7 7Z',
  help: 'M6 6a2 2 0 1 1 3 1.8c-.7.4-1 .9-1 1.7M8 12v.2',
  restart: 'M13 8a5 5 0 1 1-1.5-3.5M13 2v3h-3',
  fit: 'M2 6V2h4M10 2h4v4M14 10v4h-4M6 14H2v-4',
  plus: 'M8 3v10M3 8h10',
  minus: 'M3 8h10',
  save: 'M8 2v8M5 7l3 3 3-3M2.5 13.5h11',
  chevron: 'M6 4l4 4-4 4',
  open: 'M2 4.5V13h12V5.5H8L6.5 4.5z',
  play: 'M5 3l8 5-8 5z',
  pause: 'M5 3v10M11 3v10',
  back: 'M10 3L5 8l5 5',
  on: 'M6 3l5 5-5 5',
} as const;

export type IconName = keyof typeof paths;

export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg
      viewBox="0 0 16 16"
      width="16"
      height="16"
      fill="none"
      stroke="currentColor"
      stroke-width="1.4"
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
    >
      <path d={paths[name]} />
    </svg>
  );
}
