import { client, defineConfig, docs, server } from "specwright";

export default defineConfig({
  spec: "spec/openapi.yaml",
  lint: true,
  artefacts: [
    client({
      dir: "generated/client",
      name: "@workspace-api/client",
      additions: {
        dir: "spec/additions",
        methods: { files: { upload: "files.ts#uploadFile", download: "files.ts#downloadAsset" } },
        entries: { agent: "agent.ts" },
      },
    }),
    server({ dir: "generated/server", name: "@workspace-api/server" }),
    docs({
      dir: "generated/docs",
      guides: "spec/guides",
      samples: "spec/samples.json",
      responses: "spec/responses.json",
    }),
  ],
});
