import { readFile } from 'node:fs/promises';

/**
 * Whether the processor has VNNI, by the text of `/proc/cpuinfo`: with it x86 adds products of int8 up
 * in 32 bits. Without it (AVX2) pairs of them are added in 16 bits, which overflow: BlazeFace's boxes
 * are six times too large then.
 */
export function hasVnni(cpuInfo: string): boolean {
  return /\b(avx512_vnni|avx_vnni)\b/.test(cpuInfo);
}

/**
 * The options of ONNX Runtime under which int8 is right on this processor. Avoiding the overflow makes
 * networks in int8 twice as slow, and ONNX Runtime does it wherever it is told to, needed or not.
 */
export async function int8Options(
  readCpuInfo = () => readFile('/proc/cpuinfo', 'utf8'),
): Promise<{ readonly x64quantprecision: '0' | '1' }> {
  // Not Linux: unknown, so the slow way that is right everywhere.
  const cpuInfo = await readCpuInfo().catch(() => '');
  return { x64quantprecision: hasVnni(cpuInfo) ? '0' : '1' };
}
