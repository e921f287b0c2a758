// ---- in a page of the book: what a kernel's widget manager does in a notebook, as far as these figures need it ------
//
// This file ends the same script as explore.js (see _ext/explorers.py), whose `render` it calls. A figure's data is a
// script that calls mtjExplorers.data(name, {root, models}); it is loaded when the figure comes near.

const NEAR = "1000px";

/** The bytes of base64 text. */
function bytesOf(text) {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  return new DataView(bytes.buffer);
}

/** A model as anywidget modules know it: get, set, on, off, save_changes. */
function pageModel({ state, buffers = [] }) {
  const values = { ...state };
  for (const { path, data } of buffers) {
    const last = path[path.length - 1];
    let place = values;
    for (const key of path.slice(0, -1)) place = place[key] = { ...place[key] };
    place[last] = bytesOf(data);
  }
  const listeners = new Map();
  const of = (event) => listeners.get(event) ?? listeners.set(event, new Set()).get(event);
  return {
    get: (key) => values[key],
    set(key, value) {
      values[key] = value;
      for (const listener of [...of(`change:${key}`)]) listener();
    },
    save_changes() {},
    on: (event, listener) => of(event).add(listener),
    off: (event, listener) => of(event).delete(listener),
  };
}

/** Draw one displayed widget into `el`: a figure, or a box (HBox, VBox) of figures, with the links between them. */
function show({ root, models }, el, name) {
  const made = {};
  const modelOf = (id) => (made[id] ??= pageModel(models[id]));
  const place = (id, target, figureName) => {
    const { state, model_name: kind } = models[id];
    if (state._explorer) return render({ model: modelOf(id), el: target, name: figureName });
    if (!state.children) return null;
    const box = document.createElement("div");
    box.className = kind === "HBoxModel" ? "mtj-box mtj-row" : "mtj-box";
    target.append(box);
    for (const child of state.children) {
      const inner = document.createElement("div");
      box.append(inner);
      place(child.replace("IPY_MODEL_", ""), inner, "");
    }
    return null;
  };
  for (const { state, model_name: kind } of Object.values(models)) {
    if (!state.source || !state.target) continue;
    const [[a, x], [b, y]] = [state.source, state.target].map(([id, key]) => [modelOf(id.replace("IPY_MODEL_", "")), key]);
    const copy = (from, key, to, other) => () => {
      if (JSON.stringify(to.get(other)) !== JSON.stringify(from.get(key))) to.set(other, from.get(key));
    };
    a.on(`change:${x}`, copy(a, x, b, y));
    if (kind === "LinkModel") b.on(`change:${y}`, copy(b, y, a, x));
    copy(a, x, b, y)();
  }
  place(root, el, name);
}

const waiting = new Map();

/** Replace the still of a figure by the figure. The still comes back if that fails. */
function wake(slot, data) {
  const still = [...slot.childNodes];
  const el = document.createElement("div");
  slot.replaceChildren(el);
  try {
    show(data, el, slot.closest("figure[id], [id].mtj-figure")?.id ?? "");
    if (!el.childNodes.length) throw new Error(`no interactive figure in ${slot.dataset.src}`);
    slot.dataset.state = "live";
  } catch (error) {
    slot.replaceChildren(...still);
    slot.dataset.state = "failed";
    setTimeout(() => {
      throw error;
    });
  }
}

window.mtjExplorers = {
  data(name, data) {
    for (const slot of waiting.get(name) ?? []) wake(slot, data);
    waiting.delete(name);
  },
};

function approach(slot) {
  const source = slot.dataset.src;
  const name = source.replace(/^.*\/|\.js$/g, "");
  if (waiting.has(name)) {
    waiting.get(name).push(slot);
    return;
  }
  waiting.set(name, [slot]);
  const script = document.createElement("script");
  script.src = source;
  document.head.append(script);
  script.addEventListener("load", () => script.remove());
}

const watch = new IntersectionObserver(
  (entries) => {
    for (const { target, isIntersecting } of entries) {
      if (!isIntersecting) continue;
      watch.unobserve(target);
      approach(target);
    }
  },
  { rootMargin: NEAR },
);

// This script does not wait for the end of the page: with every frame it looks at what has arrived whole.
const known = new WeakSet();
function look() {
  const arriving = document.readyState === "loading";
  for (const slot of document.querySelectorAll(".mtj-figure")) {
    if (known.has(slot) || (arriving && !slot.nextSibling)) continue;
    known.add(slot);
    watch.observe(slot);
  }
  if (arriving) requestAnimationFrame(look);
}
look();
