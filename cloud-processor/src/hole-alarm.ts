import type { OffsetHole } from '@emotion-fleet/event-log';

export type HoleKind = 'gone' | 'set_back';

/** `gone`: records that nobody had read. `set_back`: the log is another one than the group has read. */
export function holeKind({ expected, found }: OffsetHole): HoleKind {
  return found > expected ? 'gone' : 'set_back';
}

/** Remembers holes in the log for as long as the process lives: going on doesn't mend them, a person has to know. */
export class HoleAlarm {
  #count = 0;
  /** The gravest: where the log was set back, all that is written next is in doubt. */
  #worst: OffsetHole | undefined;

  tell(hole: OffsetHole): void {
    this.#count += 1;
    if (this.#worst === undefined || holeKind(hole) === 'set_back') this.#worst = hole;
  }

  get count(): number {
    return this.#count;
  }

  /** What happened and what to do. */
  get trouble(): string | undefined {
    return this.#worst && sentences[holeKind(this.#worst)](this.#worst);
  }
}

const placeOf = ({ topic, partition }: OffsetHole) => `${topic}/${partition}`;

const sentences: Readonly<Record<HoleKind, (hole: OffsetHole) => string>> = {
  gone: (hole) => {
    const lost = hole.found - hole.expected;
    const records = lost === 1 ? '1 record' : `${lost} records`;
    const were = lost === 1 ? 'was gone before it was' : 'were gone before they were';
    return `${records} of ${placeOf(hole)} ${were} read: keep the log for longer, then restart the processor.`;
  },
  set_back: (hole) =>
    `${placeOf(hole)} goes on at ${hole.found} instead of ${hole.expected}, as a log that was cut or made anew: ` +
    'run `npm run processor -- rebuild`, or windows keep what they say now, then restart the processor.',
};
