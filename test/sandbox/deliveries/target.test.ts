import { describe, expect, it } from "vitest";

import { isAllowedTarget } from "../../../sandbox/src/deliveries/target.js";

describe("where webhooks may lead", () => {
  it.each([
    ["https://hooks.example/a?b=c", true, true],
    ["https://93.184.216.34/", true, true],
    ["https://[2606:2800:220:1::1]/", true, true],
    ["http://hooks.example/", false, true],
    ["http://127.0.0.1:3000/hooks", false, true],
    ["http://localhost:3000/hooks", false, true],
    ["https://receiver/", false, true],
    ["https://receiver.internal/", false, true],
    ["https://printer.local./", false, true],
    ["https://10.0.0.7/", false, true],
    ["https://192.168.1.1/", false, true],
    ["https://[fd00::1]/", false, true],
    ["https://[::1]/", false, true],
    ["https://[::ffff:127.0.0.1]/", false, true],
    ["https://0x7f000001/", false, true],
    ["https://2130706433/", false, true],
    ["https://100.64.0.1/", false, false],
    ["http://169.254.169.254/latest/meta-data", false, false],
    ["https://[fe80::1]/", false, false],
    ["https://[::127.0.0.1]/", false, false],
    ["https://[::10.0.0.7]/", false, false],
    ["https://[4000::1]/", false, false],
    ["https://[2606:4700::1111]/", true, true],
    ["https://[64:ff9b::7f00:1]/", false, false],
    ["https://0.0.0.0/", false, false],
    ["https://224.0.0.1/", false, false],
    ["https://user:password@hooks.example/", false, false],
    ["ftp://hooks.example/", false, false],
    ["file:///etc/passwd", false, false],
    ["hooks.example", false, false],
    ["", false, false],
  ])("%s: %s, on the own machine %s", (url, strict, local) => {
    expect(isAllowedTarget(url, false)).toBe(strict);
    expect(isAllowedTarget(url, true)).toBe(local);
  });
});
