// Put words and pictures in place, and touch nothing that is right already.

export function put(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

export function putIcon(use, name) {
  const href = `/static/icons.svg#${name}`;
  if (use.getAttribute("href") !== href) use.setAttribute("href", href);
}

/** A copy of a template's only element. */
export function copyOf(id) {
  return document.getElementById(id).content.firstElementChild.cloneNode(true);
}
