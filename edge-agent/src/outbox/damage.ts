/** The disk's word, a file system that finds itself damaged, and a name that is no file any more. */
const damageCodes = new Set<unknown>(['EIO', 'EBADMSG', 'EISDIR', 'ENOENT']);
/** EUCLEAN, by which ext4 says that its own blocks are damaged: Node has no name for it. */
const damageNumber = -117;

/** True where reading failed for good; a lack of memory or descriptors passes, and says nothing about the file. */
export function isDamage(error: unknown): boolean {
  const { code, errno } = error as NodeJS.ErrnoException;
  return damageCodes.has(code) || errno === damageNumber;
}
