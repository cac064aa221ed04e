/** Timers that keep the process alive. The test runner has some of its own, so compare with what there was. */
export function liveTimers(): number {
  return process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
}
