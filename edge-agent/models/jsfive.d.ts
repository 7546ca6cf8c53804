/** The part of jsfive, which brings no types, that is used here. */
declare module 'jsfive' {
  export class Dataset {
    readonly shape: readonly number[];
    readonly value: ArrayLike<number>;
  }
  export class Group {
    readonly attrs: Readonly<Record<string, unknown>>;
    get(path: string): Group | Dataset;
  }
  export class File extends Group {
    constructor(bytes: ArrayBuffer, name: string);
  }
}
