export function obstacles(state: { manifest: object; cargo: string; changelog: string; changes: string; tags: string[] }): string[];
