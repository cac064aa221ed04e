/** What our pages share: colours that can be read in light and dark, and a mark on what has the focus. */
export const BASE_STYLE = `
  :root { color-scheme: light dark; --line: #8884; --soft: #8881; --accent: #2f5bd7; --on-accent: #fff; --bad: #b3261e; --good: #1b6e3c; --dim: #595959; }
  @media (prefers-color-scheme: dark) {
    :root { --accent: #9db4ff; --on-accent: #10182e; --bad: #ff8a80; --good: #7fd6a0; --dim: #b0b0b0; }
  }
  body { font: 1rem/1.5 system-ui, sans-serif; }
  a { color: var(--accent); }
  code { font: .9em ui-monospace, monospace; }
  :focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
`;

/** A page with one small matter, in the middle. */
export const CARD_STYLE = `${BASE_STYLE}
  body { margin: 0; display: grid; min-height: 100vh; place-items: center; }
  main { width: min(28rem, 100vw - 2rem); padding: 1.5rem; border: 1px solid var(--line); border-radius: .75rem; margin: 1rem; box-sizing: border-box; }
  h1 { font-size: 1.25rem; margin: 0 0 1rem; overflow-wrap: anywhere; }
  .note { font-size: .875rem; color: var(--dim); overflow-wrap: anywhere; }
`;
