// Sends the forms of the page, one measurement at a time, and polls the gauges.
const GAUGES_EVERY = 3000;
let measuring = false;

async function measure(form, name, value) {
  const data = new FormData(form);
  if (name) data.set(name, value);
  const response = await fetch(form.action, { method: "POST", body: data, headers: { Accept: "text/html" } });
  const isText = response.headers.get("Content-Type")?.startsWith("text/plain");
  const text = response.ok || isText ? await response.text() : "";
  if (!response.ok) throw new Error(text || `The server answered ${response.status}.`);
  return text;
}

// Buttons stay focusable while they wait: a disabled one would lose the keyboard's place.
function setMeasuring(form, isMeasuring) {
  measuring = isMeasuring;
  form.setAttribute("aria-busy", isMeasuring);
  form.querySelector(".progress").hidden = !isMeasuring;
  for (const button of document.querySelectorAll("[data-measures] button")) {
    button.setAttribute("aria-disabled", isMeasuring);
  }
}

function say(form, text, isProblem = false) {
  const status = form.querySelector(".status");
  status.classList.toggle("problem", isProblem);
  status.textContent = text;
}

async function run(form, steps) {
  if (measuring) return;
  const progress = form.querySelector("progress");
  setMeasuring(form, true);
  try {
    for (const [done, step] of steps.entries()) {
      if (steps.length > 1) progress.value = done;
      else progress.removeAttribute("value");
      const place = steps.length > 1 ? ` (${done + 1} of ${steps.length})` : "";
      say(form, `Measuring ${step.title}${place} …`);
      step.result.innerHTML = await measure(form, step.name, step.value);
      const summary = step.result.querySelector("[data-summary]").dataset.summary;
      say(form, `${step.title}: ${summary}.`);
    }
    if (steps.length > 1) say(form, `All ${steps.length} are measured.`);
  } catch (error) {
    say(form, error.message, true);
  } finally {
    setMeasuring(form, false);
  }
}

function stepOf(button) {
  const article = button.closest("article");
  return {
    title: article?.querySelector("h3").textContent ?? button.form.dataset.title,
    name: button.name,
    value: button.value,
    result: (article ?? button.form).querySelector(".result"),
  };
}

for (const form of document.querySelectorAll("[data-measures]")) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    run(form, [stepOf(event.submitter)]);
  });
  form.querySelector("[data-all]")?.addEventListener("click", () => {
    run(form, [...form.querySelectorAll("[name=endpoint]")].map(stepOf));
  });
}

const readings = document.getElementById("readings");
const pause = document.getElementById("pause");

async function poll() {
  const isPaused = pause.getAttribute("aria-pressed") === "true";
  if (document.hidden || measuring || isPaused) return;
  try {
    const response = await fetch(readings.dataset.url);
    if (response.ok) readings.innerHTML = await response.text();
  } catch {
    // The server is away: the next poll asks again.
  }
}

pause.hidden = false;
pause.addEventListener("click", () => {
  const isPaused = pause.getAttribute("aria-pressed") === "true";
  pause.setAttribute("aria-pressed", !isPaused);
});
setInterval(poll, GAUGES_EVERY);
