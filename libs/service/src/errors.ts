/** An expected failure with a stable `code`; `cause` keeps what lies beneath. */
export class CodedError<Code extends string = string> extends Error {
  readonly code: Code;

  constructor(code: Code, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'CodedError';
    this.code = code;
  }
}

/** A person's mistake or a missing thing on their machine: one clear sentence that says what to do. */
export class OperatorError extends CodedError {
  override readonly name: string = 'OperatorError';
}

/** The text to show for any thrown value: the sentence alone for an operator, more for a defect. */
export function describeError(error: unknown): string {
  if (error instanceof OperatorError) return error.message;
  if (error instanceof Error) return error.stack ?? error.message;
  return String(error);
}
