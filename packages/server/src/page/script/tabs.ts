/** Which model is shown: a tab each when there are several, kept in the address. */
export const tabsScript = /* js */ `
let tabNames = '';

const chosenModel = () => decodeURIComponent(location.hash.slice(1));

/** @param {string} key */
const openModel = (key) => {
  history.replaceState(null, '', '#' + encodeURIComponent(key));
  redraw();
};

/** @param {readonly ModelStatus[]} models @param {(key: string) => void} open */
const makeTabs = (models, open) => {
  byId('tabs').replaceChildren(...models.map((model) => {
    const tab = html('button', '', 'tab');
    tab.setAttribute('role', 'tab');
    tab.setAttribute('aria-controls', 'model');
    tab.dataset.key = keyOf(model);
    const light = html('i', '');
    light.setAttribute('aria-hidden', 'true');
    tab.append(light, model.name, html('small', model.version));
    tab.addEventListener('click', () => open(keyOf(model)));
    tab.addEventListener('keydown', (event) => {
      const next = { ArrowRight: tab.nextElementSibling, ArrowLeft: tab.previousElementSibling }[event.key];
      if (!(next instanceof HTMLElement)) return;
      next.focus();
      next.click();
    });
    return tab;
  }));
};

/** @param {readonly ModelStatus[]} models @param {ModelStatus} open */
const drawTabs = (models, open) => {
  const names = models.map(keyOf).join('|');
  if (names !== tabNames) makeTabs(models, openModel);
  tabNames = names;
  byId('tabs').hidden = models.length < 2;
  for (const tab of byId('tabs').querySelectorAll('button')) {
    const model = models.find((one) => keyOf(one) === tab.dataset.key);
    const selected = tab.dataset.key === keyOf(open);
    tab.setAttribute('aria-selected', String(selected));
    tab.tabIndex = selected ? 0 : -1;
    if (model) tab.dataset.state = !model.ready ? 'busy' : model.operatingPoint < model.paretoSet.length - 1 ? 'busy' : 'ready';
  }
};
`;
