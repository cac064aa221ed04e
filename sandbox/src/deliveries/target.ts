import ipaddr from "ipaddr.js";

/** Ranges that are nobody's business from outside, but the daily bread of whoever integrates on their own machine. */
const LOCAL_RANGES = ["loopback", "private", "uniqueLocal"];

/** Whether deliveries may go to an IP address: to public ones, and to local ones where that is allowed. */
export function isAllowedAddress(address: string, allowLocal: boolean): boolean {
  if (!ipaddr.isValid(address)) return false;
  // `process` takes an IPv4 address out of its IPv6 form.
  const ip = ipaddr.process(address);
  const range = ip.range();
  // Other IPv6 addresses are not routed, and some contain an IPv4 address that is.
  if (range === "unicast" && ip.kind() === "ipv6" && !ip.match(ipaddr.parse("2000::"), 3)) return false;
  return range === "unicast" || (allowLocal && LOCAL_RANGES.includes(range));
}

/** Whether a webhook may have this address, as far as one can tell without looking its name up. */
export function isAllowedTarget(address: string, allowLocal: boolean): boolean {
  if (!URL.canParse(address)) return false;
  const url = new URL(address);
  if (url.username !== "" || url.password !== "") return false;
  if (url.protocol !== "https:" && !(allowLocal && url.protocol === "http:")) return false;
  const host = url.hostname.replace(/^\[|\]$/g, "").replace(/\.$/, "");
  if (ipaddr.isValid(host)) return isAllowedAddress(host, allowLocal);
  return allowLocal || (host.includes(".") && !/\.(localhost|local|internal)$/.test(host));
}
