import { defineConfig } from "specwright";

export default defineConfig({
  spec: "spec/openapi.yaml",
  outputs: {
    client: { dir: "generated/client", name: "@workspace-api/client" },
    server: { dir: "generated/server", name: "@workspace-api/server" },
    docs: { dir: "generated/docs" },
  },
});
