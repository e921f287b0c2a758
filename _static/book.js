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
    each("details > summary[aria-label]", function (summary) {  // the sidebar's toggle has no other name
      if (summary.textContent.trim()) summary.removeAttribute("aria-label");
    });
    each(".sidebar-primary-items__start:not([role])", function (sidebar) {
      sidebar.setAttribute("role", "region");
      sidebar.setAttribute("aria-label", "Book sidebar");
    });
    each(".citation-list > [role=doc-biblioentry]", function (entry) { entry.setAttribute("role", "listitem"); });
  }

  // A formula wider than its column scrolls, by keyboard too; all others are left as they are.
  function markWide(parts) {
    function unfolded(el) { return el.closest("summary") || !el.closest("details:not([open])"); }  // what is folded has its turn when it opens
    function inside(selector) {
      return parts.flatMap(function (part) { return (part.matches(selector) ? [part] : []).concat(Array.from(part.querySelectorAll(selector))); });
    }
    var formulas = inside(".math > .katex-display, .math > .katex").filter(unfolded);
    formulas.forEach(function (formula) {  // measured at their natural width; all are read before one is changed
      if (!formula.matches(".katex-display")) formula.classList.remove("wide");
    });
    var boxes = inside("pre, .pst-scrollable-table-container, .cell_output > .output").filter(unfolded), views = inside(".figure-view");
    function scrolls(el) { return el.scrollWidth > el.clientWidth + 1; }
    var wide = formulas.map(function (formula) {
      if (formula.matches(".katex-display")) return scrolls(formula);
      var column = formula.closest("p, li, td, th, dd, dt, figcaption, h1, h2, h3, h4, summary, div").clientWidth;
      return column > 0 && formula.getBoundingClientRect().width > column;
    });
    var wideBoxes = boxes.filter(scrolls), wideViews = views.map(scrolls);
    formulas.forEach(function (formula, i) {
      formula.classList.toggle("wide", wide[i]);
      if (wide[i]) formula.tabIndex = 0;
      else formula.removeAttribute("tabindex");
    });
    wideBoxes.forEach(function (box) { box.tabIndex = 0; });
    views.forEach(function (view, i) {  // a drawing that scrolls on a phone
      view.classList.toggle("wide", wideViews[i]);
      view.onscroll = function () { view.classList.add("moved"); };
      if (wideViews[i]) view.tabIndex = 0;
      else view.removeAttribute("tabindex");
    });
  }

  // On a phone's first look only the sections in view are laid out (book.css); to measure the others would undo that.
  function laidOut(part) {
    return !part.checkVisibility || (part.tagName === "SECTION" ? part.querySelector("h2, h3") : part).checkVisibility({ contentVisibilityAuto: true });
  }
  function watchWidths() {
    var watch = new ResizeObserver(function (entries) {  // at first, and when a fold opens: its part grows
      markWide(entries.map(function (entry) { return entry.target; }).filter(laidOut));
    });
    each(".bd-article > section > :not(section), .bd-article > section > section > *", function (part) { watch.observe(part); });
  }
  // The other sections follow one at a time: a finger is answered in between.
  function layOutTheRest() {
    var next = Array.from(document.querySelectorAll(".bd-article > section > section, .bd-article > section > section > section"))
      .find(function (part) { return !part.style.contentVisibility; });
    if (!next) return root.classList.remove("first-look");
    next.style.contentVisibility = "visible";
    setTimeout(layOutTheRest, 150);
  }

  // Paper is a handout: white, the questions in their place, their answers and the solutions at the end.
  var theme, handout;
  function copyOf(node) {
    var copy = node.cloneNode(true);
    copy.removeAttribute("id");
    each("[id]", function (el) { el.removeAttribute("id"); }, copy);
    return copy;
  }
  function prepareForPaper() {
    if (handout) return;
    theme = root.dataset.theme;
    root.dataset.theme = "light";
    var article = document.querySelector(".bd-article > section") || document.querySelector(".bd-article");
    handout = document.createElement("section");
    handout.className = "handout-answers";
    function add(title, bodies) {
      var box = document.createElement("div"), head = document.createElement("p");
      head.className = "handout-of";
      head.textContent = title;
      box.append(head);
      bodies.forEach(function (body) { body.forEach(function (node) { box.append(node); }); });
      handout.append(box);
    }
    each(".bd-article div.question", function (question) {
      var bodies = [];
      each("details", function (answer) {
        var content = answer.querySelector(".sd-summary-content");
        if (!content) return;
        var name = document.createElement("p");
        name.className = "handout-answer";
        name.textContent = answer.classList.contains("typed-answers") ? "" : answer.querySelector(".sd-summary-text").textContent;
        bodies.push([name].concat(Array.from(content.children, copyOf)));
      }, question);
      add(question.querySelector(".admonition-title").textContent.split(":")[0], bodies);
    });
    each(".bd-article details.solution", function (solution) {
      add("Solution" + (solution.querySelector(".solution-of") || { textContent: "" }).textContent,
        [Array.from(solution.children).filter(function (el) { return el.tagName !== "SUMMARY"; }).map(copyOf)]);
    });
    if (article && handout.children.length) {
      var title = document.createElement("h2");
      title.textContent = "Answers and solutions";
      handout.prepend(title);
      article.append(handout);
      root.classList.add("handout");
    }
    if (article && /^http/.test(location.protocol)) {
      var address = document.createElement("p");
      address.className = "handout-address";
      address.textContent = document.title + ", " + location.href.split("#")[0];
      handout.append(address);
      article.append(handout);
    }
    each("details:not([open])", function (details) {
      if (details.closest("div.question, details.solution")) return;  // their content stands at the end
      details.dataset.openedForPrint = "1";
      details.open = true;
    });
  }
  function returnToScreen() {
    if (!handout) return;
    root.dataset.theme = theme;
    handout.remove();
    handout = null;
    root.classList.remove("handout");
    each("details[data-opened-for-print]", function (details) {
      details.open = false;
      setTimeout(function () { delete details.dataset.openedForPrint; }, 0);  // after its toggle event
    });
  }

  document.addEventListener("DOMContentLoaded", function () {
    repair();
    new MutationObserver(function (changes) {  // the theme's menus; what figures redraw concerns nobody
      if (changes.some(function (change) { return !change.target.closest(".bd-article"); })) repair();
    }).observe(document.body, { childList: true, subtree: true });
  });
  window.addEventListener("load", function () {
    watchWidths();
    if (root.classList.contains("first-look")) setTimeout(layOutTheRest, 2000);
  });
  window.addEventListener("beforeprint", prepareForPaper);
  window.addEventListener("afterprint", returnToScreen);
})();
