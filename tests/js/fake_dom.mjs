// As much of the DOM and of a widget model as explore.js uses.

class Element {
  constructor(document, tag) {
    Object.assign(this, { document, tag, attributes: {}, children: [], handlers: {}, text: "", hidden: false });
    if (tag === "input") this.value = "";
  }
  setAttribute(name, value) {
    this.attributes[name] = String(value);
  }
  append(...children) {
    this.children.push(...children);
  }
  replaceChildren(...children) {
    this.children = children;
  }
  get textContent() {
    return this.text + this.children.map((child) => child.textContent).join("");
  }
  set textContent(text) {
    this.text = text;
  }
  get clientWidth() {
    return 640;
  }
  addEventListener(name, handler) {
    this.handlers[name] = handler;
  }
  dispatch(name) {
    this.handlers[name]({ target: this });
  }
}

/** Put a document and a ResizeObserver in place of the browser's. */
export function install() {
  const observers = [];
  const document = {
    createElement: (tag) => new Element(document, tag),
    createElementNS: (_, tag) => new Element(document, tag),
  };
  globalThis.document = document;
  globalThis.ResizeObserver = class {
    constructor() {
      observers.push(this);
    }
    observe() {}
    disconnect() {
      this.closed = true;
    }
  };
  return { document, observers };
}

/** All elements below `root` with this tag, in document order. */
export function findAll(root, tag) {
  return root.children.flatMap((child) => [...(child.tag === tag ? [child] : []), ...findAll(child, tag)]);
}

export class FakeModel {
  constructor(state) {
    Object.assign(this, { state, listeners: [], saved: 0 });
  }
  get(name) {
    return this.state[name];
  }
  set(name, value) {
    this.state[name] = value;
    for (const [event, handler] of [...this.listeners]) if (event === `change:${name}`) handler();
  }
  on(event, handler) {
    this.listeners.push([event, handler]);
  }
  off(event, handler) {
    this.listeners = this.listeners.filter(([e, h]) => e !== event || h !== handler);
  }
  save_changes() {
    this.saved += 1;
  }
}
