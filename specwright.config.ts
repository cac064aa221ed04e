import { defineConfig } from "specwright";

export default defineConfig({
  spec: "spec/openapi.yaml",
  outputs: {
    client: { dir: "generated/client", name: "@workspace-api/client" },
    docs: { dir: "generated/docs" },
  },
});
