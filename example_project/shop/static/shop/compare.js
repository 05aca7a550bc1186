// Compares without reloading the page. Without JavaScript the form does the same by itself.
const form = document.getElementById("choice");
const button = form.querySelector("button");
const parts = ["verdict", "details"].map((id) => document.getElementById(id));

async function compare() {
  const query = `?${new URLSearchParams(new FormData(form))}`;
  button.disabled = true;
  try {
    const response = await fetch(query);
    if (!response.ok) throw new Error(`The server answered ${response.status}.`);
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    for (const part of parts) part.replaceChildren(...page.getElementById(part.id).childNodes);
    document.title = page.title;
    history.replaceState(null, "", query);
  } catch (error) {
    parts[0].textContent = error.message;
  } finally {
    button.disabled = false;
  }
}

form.addEventListener("change", compare);
form.addEventListener("submit", (event) => {
  event.preventDefault();
  compare();
});
