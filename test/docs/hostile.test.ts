import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { docsOf } from "./build.js";
import { hasChromium, launch, pagesIn } from "./site.js";
import { scratchFolder } from "../support/scratch.js";

/** What somebody could write into a spec to have a reader's browser do something. */
const ATTACKS = [
  `<script>hacked = 1</script>`,
  `<img src=x onerror="hacked = 1">`,
  `<svg onload="hacked = 1"></svg>`,
  `<iframe src="javascript:parent.hacked = 1"></iframe>`,
  `<a href="javascript:hacked = 1" id="content">click</a>`,
  `[click](javascript:hacked=1) ![pixel](https://tracker.example/pixel.png)`,
  `</script></pre></code></textarea><script>hacked = 1</script>`,
  `"><script>hacked = 1</script>`,
  `' onfocus='hacked = 1' autofocus x='`,
  `<style>body { display: none }</style><link rel=stylesheet href=https://tracker.example/x.css>`,
  `<form action="https://tracker.example"><input name=q></form><meta http-equiv=refresh content="0;url=https://tracker.example">`,
  `\`\`\`<script>hacked = 1</script>\n<b onclick="hacked = 1">\n\`\`\``,
  `{{constructor.constructor("hacked = 1")()}} {{{lookup}}} \${hacked = 1}`,
].join("\n\n");

const text = { description: ATTACKS, title: ATTACKS, summary: ATTACKS };
const HOSTILE = {
  openapi: "3.1.0",
  info: { ...text, version: ATTACKS, contact: { name: ATTACKS, url: "javascript:hacked = 1" } },
  externalDocs: { url: "javascript:hacked = 1", description: ATTACKS },
  servers: [{ url: "https://api.example.com", description: ATTACKS }],
  tags: [{ name: "things", ...text }],
  paths: {
    "/things/{id}": {
      post: {
        operationId: "makeThing",
        ...text,
        tags: ["things"],
        "x-codeSamples": [{ lang: ATTACKS, source: ATTACKS }],
        parameters: [
          {
            name: "id",
            in: "path",
            required: true,
            description: ATTACKS,
            schema: { type: "string", enum: [ATTACKS], pattern: ATTACKS },
          },
        ],
        requestBody: {
          content: {
            "application/json": { schema: { $ref: "#/components/schemas/Thing" }, example: { a: ATTACKS } },
          },
        },
        responses: {
          "200": {
            description: ATTACKS,
            headers: { "X-A": { description: ATTACKS, schema: {} } },
            content: {
              "application/json": { schema: { $ref: "#/components/schemas/Thing" }, example: ATTACKS },
            },
          },
        },
      },
    },
  },
  components: {
    schemas: {
      Thing: {
        type: "object",
        ...text,
        properties: { [ATTACKS]: { type: "string", default: ATTACKS, description: ATTACKS } },
      },
    },
  },
};

describe.skipIf(!hasChromium)("hostile text in a spec", () => {
  let folder: string;
  let browser: Browser;
  beforeAll(async () => {
    const spec = join(scratchFolder(), "openapi.json");
    writeFileSync(spec, JSON.stringify(HOSTILE));
    folder = await docsOf(spec);
    browser = await launch();
  });
  afterAll(() => browser.close());

  it("runs nothing, loads nothing and hides nothing", async () => {
    for (const path of pagesIn(folder).keys()) {
      const page = await browser.newPage();
      const requests: string[] = [];
      page.on("request", (request) => request.url().startsWith("file:") || requests.push(request.url()));
      page.on("dialog", (dialog) => requests.push(dialog.message()));
      await page.goto(pathToFileURL(join(folder, path)).href);
      const state = await page.evaluate(`({
        hacked: typeof hacked,
        scripts: [...document.scripts].filter(({ src }) => !src.includes("/assets/")).length,
        active: document.querySelectorAll("iframe, object, embed, form, style, svg, img, [onerror], [onload], [onclick], [onfocus]").length,
        links: [...document.links].filter(({ href }) => /^(javascript|data|vbscript):/i.test(href)).length,
        content: document.querySelectorAll("#content").length,
        isShown: document.querySelector("h1").checkVisibility(),
      })`);
      expect(state, path).toEqual({
        hacked: "undefined",
        scripts: 0,
        active: 0,
        links: 0,
        content: 1,
        isShown: true,
      });
      expect(requests, path).toEqual([]);
      await page.close();
    }
  });

  it("has no characters that turn the order of code around", async () => {
    const spec = join(scratchFolder(), "openapi.json");
    const turned = "access\u202E level\u2066";
    writeFileSync(
      spec,
      JSON.stringify({ ...HOSTILE, info: { title: turned, version: "1", description: turned } }),
    );
    for (const html of pagesIn(await docsOf(spec)).values())
      expect(html).not.toMatch(/[\u202A-\u202E\u2066-\u2069]/);
  });
});

it("lets harmless HTML pass, and never shows it as tags", async () => {
  const spec = join(scratchFolder(), "openapi.json");
  const description = "<p>Retrieves <b>the</b> account.<br/>Second line.</p>";
  writeFileSync(
    spec,
    JSON.stringify({ openapi: "3.1.0", info: { title: "T", version: "1", description }, paths: {} }),
  );
  const index = pagesIn(await docsOf(spec)).get("index.html") ?? "";
  expect(index).toContain("<p>Retrieves <b>the</b> account.<br />Second line.</p>");
});
