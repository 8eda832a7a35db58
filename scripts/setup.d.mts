export const ROOT: string;
/** Installs and builds whatever is missing or out of date. @throws {SetupError} with a sentence to show. */
export function setup(): void;
export function setupOrExit(): void;
export class SetupError extends Error {}
