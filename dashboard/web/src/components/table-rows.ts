import type { RouteLocationRaw, Router } from 'vue-router';

/** A click anywhere in a row follows its link; the link itself stays for the keyboard and for new tabs. */
export function linkedRow(router: Router, to: RouteLocationRaw) {
  return {
    style: 'cursor: pointer',
    onClick: (event: MouseEvent) => {
      const isOnLink = event.target instanceof Element && event.target.closest('a') !== null;
      if (!isOnLink) void router.push(to);
    },
  };
}

/** Compares numbers that may be missing; missing ones come first. */
export function compareNumbers(a: number | null, b: number | null): number {
  return (a ?? -1) - (b ?? -1);
}
