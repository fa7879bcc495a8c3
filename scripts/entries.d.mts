export const entries: Record<string, string>;
export const variants: Record<string, string>;
export function exportsMap(): Record<string, unknown>;
