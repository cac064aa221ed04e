import { vi } from "vitest";

// A machine may be busy with something else for a while; what never comes is found out all the same.
const PATIENCE = { interval: 2, timeout: 30_000 };

/** Waits until something is so. */
export async function until(isSo: () => boolean): Promise<void> {
  await vi.waitUntil(isSo, PATIENCE);
}

/** Waits until something can be asserted. */
export async function eventually(assert: () => void): Promise<void> {
  await vi.waitFor(assert, PATIENCE);
}
