const maxLines = 100;
const maxLineLength = 300;

/** The last lines that a child process said, bounded whatever it writes; passwords in addresses are masked. */
export class LogTail {
  #lines: string[] = [];
  #partial = '';

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

  /** The last line that says something, or undefined. */
  last(): string | undefined {
    return this.lines().at(-1);
  }

  #add(line: string): void {
    const text = tidy(line);
    if (text === '') return;
    this.#lines.push(text);
    if (this.#lines.length > maxLines) this.#lines = this.#lines.slice(-maxLines);
  }
}

function tidy(line: string): string {
  return line
    .slice(0, maxLineLength)
    .replace(/[^\x20-\x7e]+/g, ' ')
    .replace(/\/\/[^/@\s]+@/g, '//***@')
    .trim();
}
