// The search: results while you type, without accents and without a server. The text of the book is one script file, which is
// loaded when somebody searches (so it works from file:// too).
(function () {
  "use strict";
  const root = new URL(document.documentElement.dataset.content_root || "./", document.baseURI).href;  // 404 names its base
  let loading;

  // Lower case without accents, letter by letter, so that places in the folded text are places in the text.
  function fold(text) {
    return [...text].map((c) => {
      const plain = c.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
      return plain.length === c.length ? plain : c.toLowerCase().length === c.length ? c.toLowerCase() : c;
    }).join("");
  }
  function load() {
    loading ||= new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = `${root}search-data.js`;
      script.onload = () => {
        const data = window.MTJ_SEARCH;
        resolve(data.rows.map(([page, id, title, text]) => ({ page, id, title, text, chapter: data.pages[page], t: fold(title), x: fold(text) })));
      };
      script.onerror = reject;
      document.head.append(script);
    });
    return loading;
  }

  // Every word must begin a word of the section; titles count more, and whole words more than beginnings.
  function find(rows, query) {
    const wanted = fold(query).split(/[\s,.;:()]+/).filter(Boolean);
    if (!wanted.length || wanted.join("").length < 2) return [];
    const patterns = wanted.map((word) => {
      const escaped = word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
      return new RegExp(`(?<![\\p{L}\\p{N}])${escaped}(?<rest>[\\p{L}\\p{N}]*)`, "gu");
    });
    const found = [];
    for (const row of rows) {
      let score = 0, first = -1;
      for (const pattern of patterns) {
        let best = 0;
        for (const m of row.t.matchAll(pattern)) best = Math.max(best, m.groups.rest ? 12 : 20);
        let times = 0;
        for (const m of row.x.matchAll(pattern)) {
          times += m.groups.rest ? 1 : 2;
          if (first < 0 || (!m.groups.rest && times === 2)) first = m.index;
        }
        best += Math.min(times, 10);
        if (!best) { score = 0; break; }
        score += best;
      }
      if (score) found.push({ row, score, first, patterns });
    }
    return found.sort((a, b) => b.score - a.score).slice(0, 20);
  }

  function marked(text, folded, patterns, target) {
    const marks = patterns.flatMap((p) => [...folded.matchAll(p)].map((m) => [m.index, m.index + m[0].length])).sort((a, b) => a[0] - b[0]);
    let last = 0;
    for (const [from, to] of marks) {
      if (from < last) continue;
      target.append(text.slice(last, from));
      const mark = document.createElement("mark");
      mark.textContent = text.slice(from, to);
      target.append(mark);
      last = to;
    }
    target.append(text.slice(last));
  }
  function item({ row, first, patterns }) {
    const li = document.createElement("li"), link = document.createElement("a"), title = document.createElement("span");
    const word = first >= 0 ? row.text.slice(first).match(/^[\p{L}\p{N}]+/u) : null;
    link.href = `${root}${row.page}#${row.id}${word ? `:~:text=${encodeURIComponent(word[0])}` : ""}`;
    title.className = "result-title";
    marked(row.title, row.t, patterns, title);
    link.append(title);
    if (row.chapter && row.chapter !== row.title.replace(/^[\d.]+\s*/, "")) link.append(Object.assign(document.createElement("span"), { className: "result-chapter", textContent: row.chapter }));
    li.append(link);
    if (first >= 0) {
      const from = first < 70 ? 0 : row.text.indexOf(" ", first - 70) + 1, to = Math.min(row.text.length, from + 190);
      const snippet = document.createElement("span");
      snippet.className = "result-text";
      if (from) snippet.append("… ");
      marked(row.text.slice(from, to), row.x.slice(from, to), patterns, snippet);
      if (to < row.text.length) snippet.append(" …");
      link.append(snippet);
    }
    return li;
  }

  function attach(input, place) {
    const status = document.createElement("p"), list = document.createElement("ol");
    status.className = "search-status";
    status.setAttribute("role", "status");
    list.className = "search-found";
    place.append(status, list);
    async function update() {
      const query = input.value.trim();
      if (query.length < 2) {
        status.textContent = "";
        list.replaceChildren();
        return;
      }
      try {
        const found = find(await load(), query);
        if (input.value.trim() !== query) return;  // the reader has typed on
        list.replaceChildren(...found.map(item));
        status.textContent = found.length === 0 ? `Nothing found for “${query}”.` : found.length === 1 ? "1 place" : `${found.length === 20 ? "The best " : ""}${found.length} places`;
      } catch {
        status.textContent = "The data of the search could not be loaded.";
      }
    }
    input.addEventListener("input", update);
    input.addEventListener("focus", () => load().catch(() => {}), { once: true });
    input.form.addEventListener("submit", (event) => {
      event.preventDefault();
      const first = list.querySelector("a");
      if (first) first.click();
    });
    const dialog = input.closest("dialog");
    (dialog || place.parentElement).addEventListener("keydown", (event) => {
      if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
      const stops = [input, ...list.querySelectorAll("a")], at = stops.indexOf(document.activeElement);
      if (at < 0) return;
      event.preventDefault();
      stops[Math.max(0, Math.min(stops.length - 1, at + (event.key === "ArrowDown" ? 1 : -1)))].focus();
    });
    list.addEventListener("click", (event) => dialog && event.target.closest("a") && dialog.close());
    update();
  }
  function start() {
    const dialog = document.querySelector("#pst-search-dialog");
    if (dialog && dialog.querySelector("input")) attach(dialog.querySelector("input"), dialog);
    const results = document.querySelector(".bd-article #search-results, #search-results");
    const field = document.querySelector(".bd-article input[name=q], .bd-search-container input[name=q]");
    if (results && field) {
      field.value = new URLSearchParams(location.search).get("q") || "";
      results.replaceChildren();
      attach(field, results);
    }
  }
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
