import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { CodedError } from '@emotion-fleet/service';

/** A program of the bench in a process of its own, so that what it takes is its own: one question, one answer. */
export class Worker<Question extends object, Answer> {
  readonly #child: ChildProcess;
  readonly #ended: Promise<never>;

  /** @param program path from `bench/` */
  constructor(program: string, parameters: object) {
    const path = fileURLToPath(new URL(`../${program}`, import.meta.url));
    this.#child = fork(path, [JSON.stringify(parameters)], { detached: true });
    this.#ended = once(this.#child, 'exit').then(() => {
      throw new CodedError('died', 'a program of the bench ended before it had answered');
    });
    this.#ended.catch(() => undefined);
  }

  async ask(question: Question): Promise<Answer> {
    const answered = once(this.#child, 'message');
    this.#child.send(question);
    const [answer] = (await Promise.race([answered, this.#ended])) as [Answer];
    return answer;
  }

  stop(): void {
    this.#child.kill('SIGKILL');
  }
}

/** The other side. Ends when the bench is gone. */
// Its callers' types on either side of a channel that has none.
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters
export async function answerQuestions<Parameters, Question, Answer>(
  prepare: (parameters: Parameters) => Promise<(question: Question) => Promise<Answer>>,
): Promise<void> {
  process.once('disconnect', () => process.exit(1));
  const answer = await prepare(JSON.parse(process.argv[2] ?? '{}') as Parameters);
  process.on('message', (question) => {
    void answer(question as Question).then((value) => process.send?.(value));
  });
}
