import { open } from 'node:fs/promises';
import type { Platform } from './platform.ts';

/** `e_machine` of an ELF file, as in elf.h. */
const elfMachines: Readonly<Record<string, number>> = { x64: 62, arm64: 183 };
const elfMagic = 0x7f454c46;
const machineAt = 18;
/** What has such a name and isn't ELF is for another system. */
const libraryName = /\.(node|dylib|dll|lib|exe)$/i;

/** True of machine code that the platform can't run, by its content: a build is called the same everywhere. */
export async function isForeignCode(file: string, { cpu }: Platform): Promise<boolean> {
  const header = new DataView(new ArrayBuffer(machineAt + 2));
  const handle = await open(file);
  try {
    await handle.read(header, { position: 0 });
  } finally {
    await handle.close();
  }
  if (header.getUint32(0) !== elfMagic) return libraryName.test(file);
  return header.getUint16(machineAt, true) !== elfMachines[cpu];
}
