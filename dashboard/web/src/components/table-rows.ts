import type { DataTableBaseColumn, DataTableSortState, PaginationProps } from 'naive-ui';
import type { RouteLocationRaw, Router } from 'vue-router';
import { rowsOnPage, type Asked } from '../composables/use-paged.ts';

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

/** Columns that the server sorts by: a column's key is the name of an order. */
export function sortedColumns<Row>(
  columns: readonly DataTableBaseColumn<Row>[],
  { sort, descending }: Asked,
): DataTableBaseColumn<Row>[] {
  return columns.map((column) => {
    const isSorted = column.key === sort;
    return { ...column, sorter: true, sortOrder: isSorted && (descending ? 'descend' : 'ascend') };
  });
}

/** Pages of a table whose rows stay on the server; none where all are on one. */
export function tablePages(options: {
  readonly asked: Asked;
  readonly total: number;
  readonly isPhone: boolean;
}): false | PaginationProps {
  const { asked, total, isPhone } = options;
  if (total <= rowsOnPage) return false;
  return { page: asked.page, pageSize: rowsOnPage, itemCount: total, simple: isPhone };
}

/** What a click on a column's mark asks for; the initial order where it takes the mark away. */
export function sortOf<Sort extends string>(
  state: DataTableSortState | DataTableSortState[] | null,
  initial: Sort,
): { sort: Sort; descending: boolean } {
  const [first] = state === null ? [] : Array.isArray(state) ? state : [state];
  if (first === undefined || first.order === false) return { sort: initial, descending: false };
  return { sort: first.columnKey as Sort, descending: first.order === 'descend' };
}
