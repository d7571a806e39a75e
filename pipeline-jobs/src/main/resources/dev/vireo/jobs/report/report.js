const tip = document.getElementById("tip");
for (const svg of document.querySelectorAll("svg[data-x]")) {
  const [left, right, low, high] = svg.dataset.x.split(" ").map(Number);
  const cursor = svg.querySelector(".cursor");
  const lines = [...svg.querySelectorAll("[data-line]")].map(g => {
    const flat = g.dataset.points.trim().split(" ").map(Number);
    return { name: g.dataset.line, color: g.dataset.color, steps: flat.filter((_, i) => i % 2 === 0), values: flat.filter((_, i) => i % 2) };
  });
  svg.addEventListener("pointermove", event => {
    const box = svg.getBoundingClientRect();
    const x = (event.clientX - box.left) / box.width * svg.viewBox.baseVal.width;
    const step = low + (x - left) / (right - left) * (high - low);
    tip.replaceChildren();
    let at = step;
    for (const line of lines) {
      let best = 0;
      line.steps.forEach((s, i) => { if (Math.abs(s - step) < Math.abs(line.steps[best] - step)) best = i; });
      at = line.steps[best];
      const row = document.createElement("div");
      const dot = document.createElement("span");
      dot.style.background = `var(--c${line.color})`;
      row.append(dot, `${line.name}, step ${Math.round(at)}: ${Number(line.values[best].toPrecision(4))}`);
      tip.append(row);
    }
    const place = left + (at - low) / (high - low) * (right - left);
    cursor.setAttribute("x1", place);
    cursor.setAttribute("x2", place);
    cursor.setAttribute("visibility", "visible");
    tip.hidden = false;
    tip.style.left = Math.min(event.clientX + 14, innerWidth - tip.offsetWidth - 8) + "px";
    tip.style.top = event.clientY + 14 + "px";
  });
  svg.addEventListener("pointerleave", () => { tip.hidden = true; cursor.setAttribute("visibility", "hidden"); });
}
