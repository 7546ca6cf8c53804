/** The same object with some methods replaced; the others run on the object itself, private fields and all. */
export function withMethods<Target extends object>(
  target: Target,
  changed: Partial<Target>,
): Target {
  return new Proxy(target, {
    get: (_, property) => {
      if (property in changed) return changed[property as keyof Target];
      const member: unknown = Reflect.get(target, property, target);
      if (typeof member !== 'function') return member;
      return (...given: unknown[]): unknown => Reflect.apply(member, target, given);
    },
  });
}
