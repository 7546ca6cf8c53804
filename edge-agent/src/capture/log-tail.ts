const maxLines = 100;
const maxLineLength = 300;

/** The last lines that a child process said, bounded whatever it writes; passwords in addresses are masked. */
export class LogTail {
  #lines: string[] = [];
  #partial = '';
  #newCount = 0;
  #runCount = 0;

  /** Another process: what the one before left unfinished is a line, too. */
  beginRun(): void {
    this.#endPartial();
    this.#runCount = 0;
  }

  push(chunk: Uint8Array): void {
    const text = this.#partial + Buffer.from(chunk).toString('utf8');
    const lines = text.split(/[\r\n]+/);
    // What never ends in a line break is cut, not kept.
    this.#partial = (lines.pop() ?? '').slice(0, maxLineLength);
    for (const line of lines) this.#add(line);
  }

  /** At most 100 lines, oldest first. */
  lines(): readonly string[] {
    return this.#partial === ''
      ? this.#lines
      : [...this.#lines, tidy(this.#partial)].slice(-maxLines);
  }

  /** The lines that it hasn't given yet, so that a log has each but once. */
  takeNew(): readonly string[] {
    this.#endPartial();
    const lines = this.#newCount === 0 ? [] : this.#lines.slice(-this.#newCount);
    this.#newCount = 0;
    return lines;
  }

  /** The last line of this process, or undefined where it said nothing. */
  lastOfRun(): string | undefined {
    this.#endPartial();
    return this.#runCount === 0 ? undefined : this.#lines.at(-1);
  }

  #endPartial(): void {
    this.#add(this.#partial);
    this.#partial = '';
  }

  #add(line: string): void {
    const text = tidy(line);
    if (text === '') return;
    this.#lines.push(text);
    this.#newCount += 1;
    this.#runCount += 1;
    if (this.#lines.length > maxLines) this.#lines = this.#lines.slice(-maxLines);
  }
}

/** Names and passwords are masked up to the last @ of an address, or to the end of a line that may be cut in one. */
function tidy(line: string): string {
  return line
    .slice(0, maxLineLength)
    .replace(/\/\/(?:[^/\s]+@|[^/\s]+:[^/\s]*$)/g, '//***@')
    .replace(/[^\x20-\x7e]+/g, ' ')
    .trim();
}
