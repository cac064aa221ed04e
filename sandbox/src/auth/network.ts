import ipaddr from "ipaddr.js";

/** An address as it is counted: of IPv6 the network, since whoever has one address there has 2⁶⁴. */
export function networkOf(address: string): string {
  if (!ipaddr.isValid(address)) return address;
  const parsed = ipaddr.process(address);
  return parsed.kind() === "ipv4"
    ? parsed.toString()
    : `${parsed.toNormalizedString().split(":", 4).join(":")}::/64`;
}
