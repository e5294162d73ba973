/** What a directory lies on, as the system has mounted it. */
export interface FileSystem {
  readonly type: string;
  readonly options: readonly string[];
}

/** They write over the blocks of a file where these are. */
const IN_PLACE = new Set(['ext2', 'ext3', 'ext4', 'xfs', 'jfs', 'vfat', 'exfat', 'tmpfs', 'ramfs']);

/** They write elsewhere, and give the old blocks back as they are. */
const ELSEWHERE = new Set(['btrfs', 'zfs', 'bcachefs', 'f2fs', 'nilfs2', 'ubifs', 'overlay']);

/** Why the bytes of a file may outlast being overwritten; undefined if nothing speaks for it. */
export function whyBytesStay(system: FileSystem | undefined): string | undefined {
  if (system === undefined) return 'it is not known what the files lie on';
  const { type, options } = system;
  if (options.includes('data=journal')) return `${type} keeps what is written in its journal, too`;
  if (IN_PLACE.has(type)) return undefined;
  if (ELSEWHERE.has(type)) return `${type} does not overwrite in place`;
  return `it is not known whether ${type} overwrites in place`;
}

/** What holds the path, by the text of /proc/self/mounts; undefined if that does not say. */
export function fileSystemIn(mounts: string, path: string): FileSystem | undefined {
  let found: { readonly at: string; readonly system: FileSystem } | undefined;
  for (const line of mounts.split('\n')) {
    const [, escaped, type, options] = line.split(' ');
    if (escaped === undefined || type === undefined || options === undefined) continue;
    const at = escaped.replace(/\\(\d{3})/g, (_, octal) =>
      String.fromCharCode(Number.parseInt(octal, 8)),
    );
    const isAbove = at === '/' || path === at || path.startsWith(`${at}/`);
    // What was mounted later hides what was before at the same place.
    if (!isAbove || at.length < (found?.at.length ?? 0)) continue;
    found = { at, system: { type, options: options.split(',') } };
  }
  return found?.system;
}
