export const WORDS_OF: Record<string, string[]>;
export function partOf(key: string): string;
export function partsOf(key: string): string[];
export function shares(json: Record<string, string>): Record<string, Record<string, string>>;
