// Before the page is drawn, so that it never flashes in the other theme.
try {
  const theme = localStorage.getItem("docs-theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // Some browsers keep nothing for pages from disk.
}
document.documentElement.classList.add("js");
