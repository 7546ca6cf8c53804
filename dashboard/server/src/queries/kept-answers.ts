import type { Clock } from '../clock.ts';

export interface KeptAnswersOptions {
  readonly clock: Clock;
  /** From when the question was asked. */
  readonly keptMs: number;
  readonly maxKept: number;
}

interface Kept<Answer> {
  readonly until: number;
  readonly answer: Promise<Answer>;
  isRead: boolean;
}

/**
 * Answers for all who ask the same thing at the same time or soon after. One that is still being read is waited for,
 * however long it takes: to read it once more would only make a slow store slower. The oldest go where there are too
 * many, and a failure at once.
 */
export class KeptAnswers<Answer> {
  readonly #options: KeptAnswersOptions;
  /** The oldest first. */
  readonly #kept = new Map<string, Kept<Answer>>();

  constructor(options: KeptAnswersOptions) {
    this.#options = options;
  }

  async get(
    question: string,
    load: () => Promise<Answer>,
    keptMs: number = this.#options.keptMs,
  ): Promise<Answer> {
    const { clock, maxKept } = this.#options;
    const now = clock.now();
    const known = this.#kept.get(question);
    if (known !== undefined && (now < known.until || !known.isRead)) return known.answer;
    const kept: Kept<Answer> = { until: now + keptMs, answer: load(), isRead: false };
    this.#kept.delete(question);
    this.#kept.set(question, kept);
    if (this.#kept.size > maxKept) this.#kept.delete(this.#kept.keys().next().value!);
    try {
      return await kept.answer;
    } catch (error) {
      if (this.#kept.get(question) === kept) this.#kept.delete(question);
      throw error;
    } finally {
      kept.isRead = true;
    }
  }
}
