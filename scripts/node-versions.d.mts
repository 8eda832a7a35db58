export function nodeBinary(version: string): Promise<{ path: string } | { reason: string }>;
