"use strict";
// A letter presses the button, or follows the link, that shows it. Everything works without this.
addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  if (/^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) return;
  const found = [...document.querySelectorAll("[data-key]")].find((one) => one.dataset.key === event.key.toLowerCase());
  if (!found) return;
  event.preventDefault();
  if (found.tagName === "INPUT") found.focus();
  else found.click();
});
// A telephone has no room for all there is to choose from.
if (matchMedia("(max-width: 48rem)").matches) document.querySelector("aside details")?.removeAttribute("open");
