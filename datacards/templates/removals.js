"use strict";
// Verdicts on pairs: by key or button, kept in this browser until they are saved as a file. Nothing is sent anywhere.
(() => {
  const pairs = [...document.querySelectorAll(".pair")];
  const place = `hc4-review-${document.body.dataset.page}`;
  const verdicts = { c: "copy", d: "distinct", u: "unsure" };
  const byId = (id) => document.getElementById(id);
  const stored = (name) => { try { return localStorage.getItem(name); } catch { return null; } };
  const store = (name, value) => { try { localStorage.setItem(name, value); } catch { /* a browser that keeps nothing */ } };
  let said = {};
  try { said = JSON.parse(stored(place)) || {}; } catch { said = {}; }
  let current = null;
  let held = false; // moved here by a key: scrolling that follows from it chooses no other pair

  const shown = () => pairs.filter((pair) => !pair.hidden);

  function tell() {
    const seen = shown();
    const count = (verdict) => seen.filter((pair) => said[pair.dataset.pair] === verdict).length;
    let judged = 0;
    for (const verdict of Object.values(verdicts)) {
      judged += count(verdict);
      byId(`meter-${verdict}`).style.width = `${seen.length ? (100 * count(verdict)) / seen.length : 0}%`;
    }
    byId("told").value = `${judged} of ${seen.length} pairs judged`;
  }

  function show(pair) {
    for (const button of pair.querySelectorAll("[data-verdict]")) {
      button.setAttribute("aria-pressed", String(said[pair.dataset.pair] === button.dataset.verdict));
    }
  }

  function choose(pair, scroll) {
    if (!pair) return;
    if (current) current.classList.remove("current");
    current = pair;
    pair.classList.add("current");
    if (scroll) {
      held = true;
      pair.scrollIntoView({ block: "start" });
    }
  }

  function step(by) {
    const seen = shown();
    const at = seen.indexOf(current);
    choose(seen[Math.min(Math.max(at + by, 0), seen.length - 1)], true);
  }

  function judge(pair, verdict, goOn) {
    if (!pair) return;
    if (verdict) said[pair.dataset.pair] = verdict;
    else delete said[pair.dataset.pair];
    store(place, JSON.stringify(said));
    show(pair);
    tell();
    if (goOn) {
      const seen = shown();
      const rest = seen.slice(seen.indexOf(pair) + 1);
      choose(rest.find((one) => !said[one.dataset.pair]) || rest[0] || pair, true);
    }
  }

  function lines() {
    const reviewer = byId("reviewer").value.trim();
    return pairs
      .filter((pair) => said[pair.dataset.pair])
      .map((pair) => JSON.stringify({
        pair: pair.dataset.pair,
        doc_id: pair.dataset.doc,
        survivor: pair.dataset.survivor,
        verdict: said[pair.dataset.pair],
        reviewer,
      }) + "\n")
      .join("");
  }

  function save() {
    if (!byId("reviewer").value.trim()) {
      byId("reviewer").focus();
      byId("told").value = "who are you? (reviewer)";
      return;
    }
    tell();
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([lines()], { type: "application/jsonl" }));
    link.download = `${document.body.dataset.name}.reviews.jsonl`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) return;
    const key = event.key.toLowerCase();
    if (key in verdicts) judge(current, verdicts[key], true);
    else if (key === "x") judge(current, null, false);
    else if (key === "j" || key === "n") step(1);
    else if (key === "k" || key === "p") step(-1);
    else { held = false; return; }
    event.preventDefault();
  });
  for (const pair of pairs) {
    show(pair);
    pair.addEventListener("click", (event) => {
      choose(pair, false);
      const verdict = event.target.dataset.verdict;
      if (verdict) judge(pair, said[pair.dataset.pair] === verdict ? null : verdict, false);
    });
  }
  for (const name of ["wheel", "touchmove", "pointerdown"]) {
    addEventListener(name, () => { held = false; }, { passive: true });
  }
  addEventListener("scroll", () => {
    if (held) return;
    const line = 120;
    choose(shown().find((pair) => pair.getBoundingClientRect().bottom > line), false);
  }, { passive: true });
  byId("source").addEventListener("change", (event) => {
    for (const pair of pairs) pair.hidden = event.target.value !== "" && pair.dataset.source !== event.target.value;
    choose(shown()[0], false);
    tell();
  });
  byId("reviewer").value = stored("hc4-reviewer") || "";
  byId("reviewer").addEventListener("input", (event) => store("hc4-reviewer", event.target.value));
  byId("save").addEventListener("click", save);
  choose(shown().find((pair) => !said[pair.dataset.pair]) || shown()[0], false);
  tell();
})();
