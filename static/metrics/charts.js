// Points of charts open the rows behind them; charts keep their size on paper.
"use strict";

function targets(canvas) {
  return JSON.parse(canvas.dataset.links || "[]");
}

function linkAt(canvas, event) {
  const chart = Chart.getChart(canvas);
  if (!chart) {
    return "";
  }
  const axis = chart.options.indexAxis === "y" ? "y" : "x";
  const found = chart.getElementsAtEventForMode(event, "index", { intersect: false, axis }, true);
  const links = targets(canvas);
  for (const each of found) {
    const link = (links[each.datasetIndex] || [])[each.index];
    if (link) {
      return link;
    }
  }
  return "";
}

function open(link) {
  if (link.startsWith("#")) {
    const row = document.getElementById(link.slice(1));
    const details = row && row.closest("details");
    if (details) {
      details.open = true;
    }
  }
  window.location.assign(link);
}

for (const canvas of document.querySelectorAll("canvas[data-links]")) {
  canvas.addEventListener("mousemove", (event) => {
    canvas.classList.toggle("st-opens", linkAt(canvas, event) !== "");
  });
  canvas.addEventListener("click", (event) => {
    const link = linkAt(canvas, event);
    if (link) {
      open(link);
    }
  });
}

window.addEventListener("beforeprint", () => {
  for (const canvas of document.querySelectorAll("canvas.chart")) {
    Chart.getChart(canvas)?.resize();
  }
});
