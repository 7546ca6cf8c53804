import type { TestContext } from 'node:test';

type Undo = () => Promise<unknown>;
const stacks = new WeakMap<TestContext, Undo[]>();

/** Undoes a test's set-up when it ends, the latest first: the agent stops before its folder goes. */
export function undoAtEnd(context: TestContext, undo: Undo): void {
  const stack = stacks.get(context);
  if (stack !== undefined) return void stack.push(undo);
  const fresh = [undo];
  stacks.set(context, fresh);
  context.after(async () => {
    for (const one of fresh.toReversed()) await one();
  });
}
