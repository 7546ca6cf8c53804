/**
 * The few file operations that the outbox needs, on flat names in one folder. What a power cut leaves of
 * anything that was not followed by `sync` is undefined: a prefix, garbage, nothing, or a removed file back again.
 */
export interface OutboxFiles {
  /** Makes the folder if need be. */
  open(): Promise<void>;
  close(): Promise<void>;
  list(): Promise<string[]>;
  /** Up to `length` bytes from `position`; fewer at the end of the file. */
  read(name: string, position: number, length: number): Promise<Buffer>;
  size(name: string): Promise<number>;
  /** Writes at the end of the file, which is made if need be. */
  append(name: string, bytes: Uint8Array): Promise<void>;
  /** Replaces the content in place; not atomic. */
  overwrite(name: string, bytes: Uint8Array): Promise<void>;
  truncate(name: string, size: number): Promise<void>;
  /** Resolves once the file's content and its entry in the folder survive a power cut. */
  sync(name: string): Promise<void>;
  /** No error where the file is already gone. */
  remove(name: string): Promise<void>;
}
