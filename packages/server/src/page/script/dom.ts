/** The few words of DOM that the page speaks. Text goes in as text, never as markup. */
export const domScript = /* js */ `
/** @param {string} id @returns {HTMLElement} */
const byId = (id) => {
  const found = document.getElementById(id);
  if (!found) throw new Error('no element ' + id);
  return found;
};

/** Writes only what changed: a screen reader hears nothing else. @param {Element | null} element @param {string} text */
const write = (element, text) => {
  if (element && element.textContent !== text) element.textContent = text;
};

/** @param {string} name @param {Record<string, string | number>} attributes @param {(Node | string)[]} children */
const svg = (name, attributes = {}, ...children) => {
  const element = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  element.append(...children);
  return element;
};

/** @param {string} name @param {string} text @param {string} [className] */
const html = (name, text, className = '') => {
  const element = document.createElement(name);
  element.textContent = text;
  if (className) element.className = className;
  return element;
};

/** A number with its unit in small. @param {string} id @param {readonly [string, string]} value */
const writeGauge = (id, [value, unit]) => byId(id).replaceChildren(value + ' ', html('small', unit));
`;
