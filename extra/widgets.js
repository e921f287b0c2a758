// Loaded on pages with widgets only, after require.js and before the widget manager.
(function () {
  "use strict";
  // Where the book has its own copies (see _ext/mtjbook.py), load widget modules from there and not from a CDN.
  var vendor = document.currentScript.dataset.vendor;
  if (vendor && window.requirejs) {
    var root = new URL(document.documentElement.dataset.content_root || "./", document.baseURI).href + vendor;
    window.requirejs.config({
      baseUrl: root,
      paths: {
        anywidget: root + "anywidget/index",
        // Where the manager looks for its fonts, whichever of its two modules asks.
        "@jupyter-widgets/html-manager": root + "html-manager/index",
        "@jupyter-widgets/html-manager/dist": root + "html-manager",
      },
    });
  }
  // The widget manager speaks to MathJax 2; the book has MathJax 3.
  document.addEventListener("DOMContentLoaded", function () {
    var mathjax = window.MathJax;
    if (!mathjax || mathjax.Hub) return;
    mathjax.Hub = {
      Queue: function (call) {
        var ready = (mathjax.startup && mathjax.startup.promise) || Promise.resolve();
        ready.then(function () { return mathjax.typesetPromise([call[2]]); });
      },
    };
  });
})();
