"use strict";

// Asks how far the worker is, moves the bar, and loads the result once it is there.
(() => {
  const bar = document.querySelector("[data-import-progress]");
  if (!bar) {
    return;
  }
  const figure = document.querySelector("[data-import-figure]");
  let pause = 500;

  const show = ({ done, total, finished }) => {
    if (finished) {
      window.location.reload();
      return;
    }
    if (total > 1) {
      bar.max = total;
      bar.value = done;
      figure.textContent = `${done.toLocaleString()} / ${total.toLocaleString()}`;
    }
    pause = Math.min(pause * 1.2, 3000);
    window.setTimeout(ask, pause);
  };

  const ask = async () => {
    try {
      const answer = await fetch(bar.dataset.importProgress, { credentials: "same-origin" });
      show(await answer.json());
    } catch {
      window.setTimeout(ask, 3000);
    }
  };

  ask();
})();
