// What is meant, without leaving the place: a card for each equation, figure, term, work and exercise that a link names; a way
// back after a jump; figures at full size.
(function () {
  "use strict";
  const CARD_LINKS = ".bd-article a[href*='#']:not(.headerlink):not(.card-no)";
  let card, owner, timer;

  // Of a figure in two themes, the picture that is seen.
  function shownIn(figure) {
    return [...figure.querySelectorAll("svg, img")].find((picture) => picture.getClientRects().length);
  }
  function template(link) {
    return [...document.querySelectorAll("template[data-card]")].find((t) => t.dataset.card === link.getAttribute("href"));
  }
  function fill(link) {
    const own = template(link);
    if (!own) return null;
    const box = document.createElement("div");
    box.append(own.content.cloneNode(true));
    const href = link.getAttribute("href");
    if (own.dataset.kind === "figure" && href.startsWith("#")) {  // on this page: with its picture
      const figure = document.getElementById(decodeURIComponent(href.slice(1)));
      const picture = figure && shownIn(figure);
      if (picture) {
        const copy = picture.cloneNode(true);
        copy.removeAttribute("id");
        box.prepend(copy);
      }
    }
    if (own.dataset.kind === "equation" && href.startsWith("#")) {  // on this page: its formula
      const formula = document.getElementById(decodeURIComponent(href.slice(1)))?.querySelector(".katex-display");
      if (formula) box.append(formula.cloneNode(true));
    }
    return box;
  }
  function show(link) {
    clearTimeout(timer);
    if (owner === link) return;
    const content = fill(link);
    if (!content) return;
    hide();
    card = document.createElement("div");
    card.className = "card-of-link";
    card.id = "card-of-link";
    card.setAttribute("role", "tooltip");
    card.append(...content.childNodes);
    card.addEventListener("pointerenter", () => clearTimeout(timer));
    card.addEventListener("pointerleave", later);
    document.body.append(card);
    owner = link;
    link.setAttribute("aria-describedby", card.id);
    const at = link.getBoundingClientRect(), size = card.getBoundingClientRect(), room = document.documentElement.clientWidth;
    card.style.left = `${Math.max(8, Math.min(at.left, room - size.width - 8)) + scrollX}px`;
    const above = at.top > size.height + 12;
    card.style.top = `${(above ? at.top - size.height - 8 : at.bottom + 8) + scrollY}px`;
  }
  function hide() {
    clearTimeout(timer);
    if (owner) owner.removeAttribute("aria-describedby");
    if (card) card.remove();
    card = owner = null;
  }
  function later() {
    clearTimeout(timer);
    timer = setTimeout(hide, 250);
  }

  // Where a jump came from: a small link back, until it is used or ten screens further.
  let back;
  function offerReturn(link) {
    const from = { x: scrollX, y: scrollY };
    if (back) back.remove();
    back = document.createElement("button");
    back.type = "button";
    back.className = "way-back";
    back.textContent = "↩ Back to where you were";
    back.addEventListener("click", () => {
      scrollTo({ left: from.x, top: from.y });
      link.focus({ preventScroll: true });
      back.remove();
      back = null;
    });
    document.body.append(back);
  }

  // Figures at full size, in a native dialog.
  function enlarge(figure) {
    const dialog = document.createElement("dialog");
    dialog.className = "figure-dialog";
    const picture = shownIn(figure);
    const caption = figure.querySelector(".caption-number");
    dialog.setAttribute("aria-label", caption ? caption.textContent.trim() : "Figure");
    const shut = Object.assign(document.createElement("button"), { type: "button", textContent: "Close", className: "shut" });
    const scroll = Object.assign(document.createElement("div"), { className: "scroll", tabIndex: 0 });
    scroll.append(picture.cloneNode(true));
    dialog.append(shut, scroll);
    shut.addEventListener("click", () => dialog.close());
    dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
    dialog.addEventListener("close", () => dialog.remove());
    document.body.append(dialog);
    dialog.showModal();
  }

  function start() {
    let touched = null;
    document.addEventListener("pointerover", (event) => {
      const link = event.pointerType === "mouse" && event.target.closest(CARD_LINKS);
      if (link) {
        clearTimeout(timer);
        timer = setTimeout(() => show(link), 150);
      }
    });
    document.addEventListener("pointerout", (event) => event.pointerType === "mouse" && event.target.closest(CARD_LINKS) && later());
    document.addEventListener("focusin", (event) => {
      const link = event.target.closest(CARD_LINKS);
      if (link && link.matches(":focus-visible")) show(link);
      else if (owner && !event.target.closest(".card-of-link")) hide();
    });
    document.addEventListener("keydown", (event) => event.key === "Escape" && hide());
    document.addEventListener("pointerdown", (event) => {
      touched = event.pointerType === "touch" ? event.target.closest(CARD_LINKS) : null;
      if (owner && !event.target.closest(".card-of-link") && event.target.closest(CARD_LINKS) !== owner) hide();
    });
    document.addEventListener("click", (event) => {
      const link = event.target.closest(CARD_LINKS);
      if (!link) return;
      if (touched === link && owner !== link && template(link)) {  // the first touch explains, the second follows
        event.preventDefault();
        show(link);
        return;
      }
      hide();
      if (link.getAttribute("href").startsWith("#")) offerReturn(link);
    });
    document.querySelectorAll(".bd-article figure:has(img):not(:has(div.mtj-figure))").forEach((figure) => {  // that div: an explorer
      const number = figure.querySelector(".caption-number");
      const button = Object.assign(document.createElement("button"), { type: "button", className: "enlarge", textContent: "⤢" });
      button.setAttribute("aria-label", `Enlarge ${number ? number.textContent.trim() : "the figure"}`);
      button.addEventListener("click", () => enlarge(figure));
      const view = figure.querySelector(".figure-view") || figure;
      view.after(button);
      if (view !== figure) view.addEventListener("click", () => enlarge(figure));
    });
  }
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
