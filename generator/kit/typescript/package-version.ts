/** The version of the API as npm takes it; versions of another form become a pre-release of 0.0.0. */
export function semanticVersion(version: string): string {
  const match = /^v?(\d+)(?:\.(\d+))?(?:\.(\d+))?$/.exec(version.trim());
  if (match) return [match[1], match[2] ?? "0", match[3] ?? "0"].map(Number).join(".");
  if (/^\d+\.\d+\.\d+-[0-9A-Za-z.-]+$/.test(version)) return version;
  const label = version
    .toLowerCase()
    .replace(/[^0-9a-z]+/g, "-")
    .replace(/^-+|-+$/g, "");
  return label === "" ? "0.0.0" : `0.0.0-${/^0\d/.test(label) ? `v${label}` : label}`;
}
