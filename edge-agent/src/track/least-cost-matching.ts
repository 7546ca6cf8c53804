/**
 * The Hungarian method with potentials (Kuhn 1955, in the shortest path form of Jonker and Volgenant 1987): pairs each
 * row with a column of its own so that the sum of the costs is least.
 *
 * @param costs finite, `rows x columns` with at least as many columns as rows
 * @returns for each row its column
 */
export function leastCostMatching(costs: readonly (readonly number[])[]): number[] {
  const rows = costs.length;
  const columns = costs[0]?.length ?? 0;
  // Index 0 of each stands for "none yet".
  const rowPotential = new Float64Array(rows + 1);
  const columnPotential = new Float64Array(columns + 1);
  const rowOf = new Int32Array(columns + 1);
  const previous = new Int32Array(columns + 1);
  const slack = new Float64Array(columns + 1);
  const isUsed = new Uint8Array(columns + 1);
  for (let row = 1; row <= rows; row += 1) {
    rowOf[0] = row;
    slack.fill(Infinity);
    isUsed.fill(0);
    let column = 0;
    do {
      isUsed[column] = 1;
      const current = rowOf[column]!;
      const line = costs[current - 1]!;
      let least = Infinity;
      let next = 0;
      for (let other = 1; other <= columns; other += 1) {
        if (isUsed[other] === 1) continue;
        const cost = line[other - 1]! - rowPotential[current]! - columnPotential[other]!;
        if (cost < slack[other]!) {
          slack[other] = cost;
          previous[other] = column;
        }
        if (slack[other]! < least) {
          least = slack[other]!;
          next = other;
        }
      }
      for (let other = 0; other <= columns; other += 1) {
        if (isUsed[other] === 1) {
          rowPotential[rowOf[other]!]! += least;
          columnPotential[other]! -= least;
        } else slack[other]! -= least;
      }
      column = next;
    } while (rowOf[column] !== 0);
    for (; column !== 0; column = previous[column]!) rowOf[column] = rowOf[previous[column]!]!;
  }
  const columnOf = new Array<number>(rows).fill(-1);
  for (let column = 1; column <= columns; column += 1) {
    if (rowOf[column]! > 0) columnOf[rowOf[column]! - 1] = column - 1;
  }
  return columnOf;
}
