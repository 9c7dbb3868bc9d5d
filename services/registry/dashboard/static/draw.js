// Elements of HTML and SVG, made of their name, attributes and content.

const SVG = "http://www.w3.org/2000/svg";

function make(node, attributes, content) {
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...content);
  return node;
}

export const element = (name, attributes = {}, content = []) => make(document.createElement(name), attributes, content);
export const svg = (name, attributes = {}, content = []) => make(document.createElementNS(SVG, name), attributes, content);
