export const entries: Record<string, string>;
export function exportsMap(): Record<string, unknown>;
