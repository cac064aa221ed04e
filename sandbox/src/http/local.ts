import ipaddr from "ipaddr.js";

/** Whether a request comes from the machine itself, by its address and the name that it was sent to. */
export function isLocalCaller(address: string | undefined, url: string): boolean {
  // The name too, so that no page elsewhere can reach it by a name of its own for this machine.
  return isLocalAddress(address) && isLocalName(new URL(url).hostname);
}

/** An address of this machine; in process, there is none. */
function isLocalAddress(address: string | undefined): boolean {
  return address === undefined || (ipaddr.isValid(address) && ipaddr.process(address).range() === "loopback");
}

/** Whether a name, as it stands in a URL, can mean nothing but the machine itself. */
export function isLocalName(hostname: string): boolean {
  return /^(?:(?:.+\.)?localhost|127(?:\.\d{1,3}){3}|\[::1\])$/i.test(hostname);
}
