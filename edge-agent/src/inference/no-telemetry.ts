/**
 * ONNX Runtime since 1.29 tells Microsoft about the machine, the models and their use, under an identifier that it keeps
 * in the user's cache folder, unless this variable is set before it is loaded. Set it on the main thread: `process.env` of
 * a worker is a copy that a native library doesn't see.
 */
export function forbidTelemetry(): void {
  process.env['ORT_DISABLE_TELEMETRY'] = '1';
}
