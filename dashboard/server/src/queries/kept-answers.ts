import type { Clock } from '../clock.ts';

export interface KeptAnswersOptions {
  readonly clock: Clock;
  readonly keptMs: number;
  readonly maxKept: number;
}

/**
 * Answers for all who ask the same thing at the same time or soon after. The oldest go where there are too many, and a
 * failure at once.
 */
export class KeptAnswers<Answer> {
  readonly #options: KeptAnswersOptions;
  /** The oldest first. */
  readonly #kept = new Map<string, { readonly until: number; readonly answer: Promise<Answer> }>();

  constructor(options: KeptAnswersOptions) {
    this.#options = options;
  }

  async get(question: string, load: () => Promise<Answer>): Promise<Answer> {
    const { clock, keptMs, maxKept } = this.#options;
    const now = clock.now();
    const known = this.#kept.get(question);
    if (known !== undefined && now < known.until) return known.answer;
    const kept = { until: now + keptMs, answer: load() };
    this.#kept.delete(question);
    this.#kept.set(question, kept);
    if (this.#kept.size > maxKept) this.#kept.delete(this.#kept.keys().next().value!);
    try {
      return await kept.answer;
    } catch (error) {
      if (this.#kept.get(question) === kept) this.#kept.delete(question);
      throw error;
    }
  }
}
