// What makes the pages more comfortable. Without it they have the same contents.
(() => {
  const root = document.body.dataset.root ?? "";

  /** Remembers a choice for the next page, where the browser lets us. */
  const memory = {
    get(key) {
      try {
        return localStorage.getItem(key);
      } catch {
        return null;
      }
    },
    set(key, value) {
      try {
        localStorage.setItem(key, value);
      } catch {
        // Pages from disk may keep nothing.
      }
    },
  };

  function element(name, properties = {}, ...children) {
    const made = Object.assign(document.createElement(name), properties);
    made.append(...children);
    return made;
  }

  // Light and dark
  const themeButton = document.querySelector(".theme-button");
  themeButton.hidden = false;
  themeButton.addEventListener("click", () => {
    const { dataset } = document.documentElement;
    const isDark = dataset.theme
      ? dataset.theme === "dark"
      : matchMedia("(prefers-color-scheme: dark)").matches;
    dataset.theme = isDark ? "light" : "dark";
    memory.set("docs-theme", dataset.theme);
  });

  // Copying
  function copyButton(pre) {
    const button = element("button", { type: "button", className: "copy", textContent: "Copy" });
    button.addEventListener("click", async () => {
      const text = pre.textContent;
      try {
        await navigator.clipboard.writeText(text);
      } catch {
        getSelection().selectAllChildren(pre);
        document.execCommand("copy");
        getSelection().removeAllRanges();
      }
      button.textContent = "Copied";
      setTimeout(() => (button.textContent = "Copy"), 1500);
    });
    return button;
  }
  for (const pre of document.querySelectorAll("pre.code")) {
    const caption = pre.parentElement.matches(".sample") && pre.parentElement.querySelector(".caption");
    if (caption) caption.append(copyButton(pre));
    else {
      const block = element("div", { className: "block" });
      pre.replaceWith(block);
      block.append(pre, copyButton(pre));
    }
  }

  // Samples in one language at a time
  for (const calls of document.querySelectorAll(".calls")) {
    const samples = [...calls.querySelectorAll(".sample")];
    if (samples.length < 2) continue;
    const tabs = element("div", { className: "tabs", role: "tablist", ariaLabel: "Language" });
    const show = (index, focus) => {
      samples.forEach((sample, at) => {
        sample.hidden = at !== index;
        buttons[at].ariaSelected = String(at === index);
        buttons[at].tabIndex = at === index ? 0 : -1;
      });
      if (focus) buttons[index].focus();
    };
    const buttons = samples.map((sample, index) => {
      const label = sample.dataset.sample;
      const button = element("button", {
        type: "button",
        role: "tab",
        id: `tab-${index}`,
        textContent: label,
      });
      sample.id = `sample-${index}`;
      sample.role = "tabpanel";
      sample.setAttribute("aria-labelledby", button.id);
      button.setAttribute("aria-controls", sample.id);
      button.addEventListener("click", () => {
        show(index);
        memory.set("docs-language", label);
      });
      button.addEventListener("keydown", ({ key }) => {
        const step = { ArrowRight: 1, ArrowLeft: -1 }[key];
        if (!step) return;
        const next = (index + step + samples.length) % samples.length;
        show(next, true);
        memory.set("docs-language", samples[next].dataset.sample);
      });
      return button;
    });
    tabs.append(...buttons);
    calls.prepend(tabs);
    const remembered = samples.findIndex((sample) => sample.dataset.sample === memory.get("docs-language"));
    show(Math.max(remembered, 0));
  }

  // Nothing is lost on paper
  addEventListener("beforeprint", () => {
    for (const details of document.querySelectorAll("details:not([open])")) {
      details.open = true;
      details.dataset.printed = "";
    }
  });
  addEventListener("afterprint", () => {
    for (const details of document.querySelectorAll("details[data-printed]")) details.open = false;
  });

  // The page's own entry is in sight in the navigation, which scrolls by itself.
  const navigation = document.querySelector("#navigation");
  const current = navigation.querySelector("[aria-current]");
  if (current) navigation.scrollTop = current.offsetTop - navigation.offsetTop - navigation.clientHeight / 2;

  // On a server of the API: its status, and samples that run
  if (window.docsHost?.statusUrl) {
    const link = document.querySelector(".status-link");
    link.href = docsHost.statusUrl;
    link.hidden = false;
  }
  if (window.docsHost?.baseUrl) {
    for (const sample of document.querySelectorAll("[data-request]")) addRun(sample);
  }
  function addRun(sample) {
    const request = JSON.parse(sample.dataset.request);
    const credential = request.credential === "none" ? "" : docsHost[request.credential];
    if (credential === undefined) return;
    const button = element("button", { type: "button", className: "run", textContent: "Run" });
    const answer = element("div", { className: "answer", hidden: true });
    answer.setAttribute("aria-live", "polite");
    sample.append(answer);
    sample.querySelector(".caption .copy").before(button);
    button.addEventListener("click", async () => {
      const headers = Object.fromEntries(request.headers);
      // Each run is a request of its own.
      for (const name of Object.keys(headers)) {
        if (/idempotency/i.test(name)) headers[name] = crypto.randomUUID();
      }
      if (credential) headers["Authorization"] = `Bearer ${credential}`;
      if (request.contentType) headers["Content-Type"] = request.contentType;
      button.disabled = true;
      const label = element("p", { className: "label", textContent: "Running…" });
      answer.replaceChildren(label);
      answer.hidden = false;
      try {
        const body = request.contentType ? JSON.stringify(request.body) : undefined;
        const response = await fetch(docsHost.baseUrl + request.path, {
          method: request.method,
          headers,
          body,
        });
        const text = await response.text();
        label.textContent = `${response.status} ${response.statusText}`;
        const pre = element("pre", { className: "code", tabIndex: 0, textContent: pretty(text) });
        if (text !== "") answer.append(pre);
      } catch (error) {
        label.textContent = `The request failed: ${error.message}`;
      }
      button.disabled = false;
    });
  }
  function pretty(text) {
    try {
      return JSON.stringify(JSON.parse(text), null, 2);
    } catch {
      return text;
    }
  }

  // Search
  const KINDS = {
    operation: 3,
    error: 2.2,
    guide: 2.2,
    event: 2,
    section: 1.9,
    header: 1.9,
    heading: 1.9,
    schema: 1,
    page: 1.8,
  };
  const NAMES = {
    operation: "Operation",
    error: "Error",
    guide: "Guide",
    event: "Event",
    section: "Resource",
    header: "Header",
    heading: "Section",
    schema: "Schema",
    page: "Page",
  };
  window.docsSearch = { index: [] };
  let engine;

  function script(name) {
    return new Promise((resolve, reject) => {
      const loading = element("script", { src: `${root}assets/${name}` });
      loading.addEventListener("load", resolve);
      loading.addEventListener("error", reject);
      document.head.append(loading);
    });
  }

  /** Words of a text, those of camelCase names among them. */
  function words(text) {
    const plain = text.split(/[^\p{L}\p{N}_-]+/u).filter(Boolean);
    const parts = plain.flatMap((word) => {
      const split = word.split(/[_-]|(?<=[a-z0-9])(?=[A-Z])/).filter(Boolean);
      return split.length > 1 ? [word, ...split] : [word];
    });
    return parts.map((word) => word.toLowerCase());
  }

  async function load() {
    await Promise.all([script("minisearch.js"), script("search-index.js")]);
    engine = new MiniSearch({
      fields: ["title", "names", "text"],
      storeFields: ["url", "title", "kind", "names"],
      tokenize: words,
      processTerm: (term) => term,
    });
    engine.addAll(
      docsSearch.index.map(([url, title, kind, names, text], id) => ({ id, url, title, kind, names, text })),
    );
  }

  /** What is found, the best first. */
  docsSearch.find = async (query) => {
    if (!engine) await (docsSearch.loading ??= load());
    const wanted = query.trim().toLowerCase();
    if (wanted === "") return [];
    const options = {
      boost: { title: 4, names: 3 },
      prefix: (term) => term.length > 1,
      boostDocument: (_id, _term, { kind, title, names }) => {
        const own = KINDS[kind] ?? 1;
        const name = title.toLowerCase();
        if (name === wanted) return own * 6;
        if (names.toLowerCase().split(" ").includes(wanted)) return own * 4;
        return name.startsWith(wanted) ? own * 1.6 : own;
      },
    };
    // As it is typed first, then with typing errors, then with some of the words alone.
    const typos = (term) => (term.length < 4 || /\d/.test(term) ? false : term.length < 6 ? 2 : 0.34);
    for (const more of [{ combineWith: "AND" }, { combineWith: "AND", fuzzy: typos }, { fuzzy: typos }]) {
      const found = engine.search(query, { ...options, ...more });
      if (found.length > 0) return found;
    }
    return [];
  };

  const dialog = element("dialog", { className: "search", ariaLabel: "Search" });
  const input = element("input", {
    type: "search",
    placeholder: "Operations, schemas, codes, headers…",
    autocomplete: "off",
  });
  input.setAttribute("aria-label", "Search the docs");
  input.setAttribute("role", "combobox");
  input.setAttribute("aria-expanded", "false");
  input.setAttribute("aria-controls", "search-results");
  const list = element("ul", {
    className: "results",
    id: "search-results",
    role: "listbox",
    ariaLabel: "Results",
  });
  const none = element("p", { className: "none", hidden: true });
  none.setAttribute("role", "status");
  dialog.append(input, list, none);
  document.body.append(dialog);
  let selected = 0;

  function select(index) {
    const items = [...list.children];
    selected = Math.max(0, Math.min(index, items.length - 1));
    items.forEach((item, at) => item.setAttribute("aria-selected", String(at === selected)));
    items[selected]?.scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", items[selected]?.id ?? "");
  }

  input.addEventListener("input", async () => {
    const query = input.value;
    const found = await docsSearch.find(query);
    if (query !== input.value) return;
    list.replaceChildren(
      ...found.slice(0, 20).map(({ url, title, kind, names }, index) => {
        const link = element(
          "a",
          { href: root + url, tabIndex: -1 },
          element("span", { textContent: title }),
        );
        if (kind === "operation") link.append(element("code", { textContent: names.split(" ")[1] }));
        link.append(element("span", { className: "kind", textContent: NAMES[kind] ?? kind }));
        const item = element("li", { id: `result-${index}` }, link);
        item.setAttribute("role", "option");
        return item;
      }),
    );
    list.hidden = found.length === 0;
    input.setAttribute("aria-expanded", String(found.length > 0));
    none.hidden = found.length > 0 || query.trim() === "";
    none.textContent = `No results for “${query.trim()}”.`;
    select(0);
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") select(selected + 1);
    else if (event.key === "ArrowUp") select(selected - 1);
    else if (event.key === "Enter") list.children[selected]?.querySelector("a").click();
    else return;
    event.preventDefault();
  });
  list.addEventListener("click", () => dialog.close());
  dialog.addEventListener("click", ({ target }) => target === dialog && dialog.close());

  function open() {
    if (dialog.open) return;
    dialog.showModal();
    input.select();
    list.hidden = list.children.length === 0;
    docsSearch.find(" ");
  }
  const button = document.querySelector(".search-button");
  button.hidden = false;
  button.addEventListener("click", open);
  addEventListener("keydown", (event) => {
    const isTyping =
      event.target instanceof Element && event.target.closest("input, textarea, select, [contenteditable]");
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || isTyping) return;
    event.preventDefault();
    open();
  });
})();
