// Repairs and print behaviour of every page. Accessibility is checked with axe-core (tests/browser).
(function () {
  "use strict";

  var root = document.documentElement;

  // Before anything is drawn: light or dark as the reader's system asks, unless the reader chose otherwise here.
  if (!["light", "dark"].includes(root.dataset.theme)) {
    root.dataset.theme = window.matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  }

  function each(selector, repair, root) {
    (root || document).querySelectorAll(selector).forEach(repair);
  }

  function repair() {
    // Icons and key caps inside a named button are decoration; two names for one button are one too many.
    each(".search-button-field[aria-label], .theme-switch-button[aria-label]", function (button) {
      each(".search-button__kbd-shortcut, i, svg", function (icon) { icon.setAttribute("aria-hidden", "true"); }, button);
      each("svg title", function (title) { title.remove(); }, button);
      if (button.classList.contains("search-button-field")) button.removeAttribute("aria-label");
      else each("[title]", function (icon) { icon.removeAttribute("title"); }, button);
    });
    each("details > summary[aria-label]", function (summary) { summary.removeAttribute("aria-label"); });
    each(".sidebar-primary-items__start:not([role])", function (sidebar) {
      sidebar.setAttribute("role", "region");
      sidebar.setAttribute("aria-label", "Book sidebar");
    });
    each(".citation-list > [role=doc-biblioentry]", function (entry) { entry.setAttribute("role", "listitem"); });
  }

  // A formula wider than its column scrolls, by keyboard too; all others are left as MathJax made them.
  function markWide() {
    each(".bd-article mjx-container", function (formula) {
      var display = formula.getAttribute("display") === "true", wide = formula.classList.contains("wide");
      if (!display && wide) formula.classList.remove("wide");  // measured at its natural width
      var column = formula.closest("p, li, td, th, dd, dt, figcaption, h1, h2, h3, h4, summary, div").clientWidth;
      var now = display ? formula.scrollWidth > formula.clientWidth + 1 : column > 0 && formula.getBoundingClientRect().width > column;
      formula.classList.toggle("wide", now);
      if (now) formula.tabIndex = 0;
      else formula.removeAttribute("tabindex");
    });
    each(".figure-view", function (view) {  // a drawing that scrolls on a phone
      if (view.scrollWidth > view.clientWidth + 1) view.tabIndex = 0;
      else view.removeAttribute("tabindex");
    });
  }
  function watchWidths() {
    var article = document.querySelector(".bd-article");
    if (!article) return;
    Promise.resolve(window.MathJax && window.MathJax.startup && window.MathJax.startup.promise).then(function () {
      markWide();
      new ResizeObserver(markWide).observe(article);  // also when a fold opens: the article grows
    });
  }

  // Paper is white, and on it every answer is open.
  var theme;
  function prepareForPaper() {
    theme = root.dataset.theme;
    root.dataset.theme = "light";
    each("details:not([open])", function (details) {
      details.open = true;
      details.dataset.openedForPrint = "";
    });
  }
  function returnToScreen() {
    root.dataset.theme = theme;
    each("details[data-opened-for-print]", function (details) {
      details.open = false;
      delete details.dataset.openedForPrint;
    });
  }

  document.addEventListener("DOMContentLoaded", function () {
    repair();
    new MutationObserver(repair).observe(document.body, { childList: true, subtree: true });
  });
  window.addEventListener("load", watchWidths);
  window.addEventListener("beforeprint", prepareForPaper);
  window.addEventListener("afterprint", returnToScreen);
})();
