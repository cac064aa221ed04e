import { defineConfig } from "specwright";

export default defineConfig({
  spec: "spec/openapi.yaml",
  additions: {
    dir: "spec/additions",
    methods: { files: { upload: "files.ts#uploadFile", download: "files.ts#downloadAsset" } },
    entries: { agent: "agent.ts" },
  },
  outputs: {
    client: { dir: "generated/client", name: "@workspace-api/client" },
    server: { dir: "generated/server", name: "@workspace-api/server" },
    docs: { dir: "generated/docs" },
  },
});
