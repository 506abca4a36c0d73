/** Asks once a second, and says how it stands with the server. */
export const pollScript = /* js */ `
const keyName = 'length-adaptive-api-key';

/** @typedef {{ version: string, uptime_seconds: number, ready: boolean, models: ModelStatus[] }} Status */
/** @type {Status | undefined} */
let status;
let answeredAt = 0;

/** @param {'' | 'ready' | 'busy' | 'gone'} state @param {string} word @param {string} [title] @param {string} [text] */
const say = (state, word, title = '', text = '') => {
  byId('lamp').dataset.state = state;
  write(byId('lamp').querySelector('span'), word);
  const notice = byId('notice');
  notice.hidden = title === '';
  notice.dataset.state = state;
  write(notice.querySelector('strong'), title);
  write(notice.querySelector('span'), text);
  byId('key').hidden = true;
  byId('model').classList.toggle('stale', state === 'gone');
};

const redraw = () => {
  if (!status) return;
  const models = status.models;
  const model = models.find((one) => keyOf(one) === chosenModel()) ?? models[0];
  byId('model').hidden = !model;
  if (!model) {
    byId('tabs').hidden = true;
    return;
  }
  document.title = model.name + ' · length-adaptive';
  drawTabs(models, model);
  drawModel(model, answeredAt);
};

/** @param {Status} answer */
const take = (answer) => {
  status = answer;
  answeredAt = Date.now();
  for (const model of answer.models) remember(model, answeredAt);
  write(byId('server'), 'server ' + answer.version + ' · up ' + showDuration(answer.uptime_seconds));
  const held = answer.models.filter((model) => model.operatingPoint < model.paretoSet.length - 1).length;
  if (answer.models.length === 0) say('busy', 'no model', 'No model yet.', 'The server runs, and serves no model.');
  else if (!answer.ready) say('busy', 'not ready', 'The server is not ready.', 'A model is being opened, or the server is shutting down; requests are refused until it is.');
  else say(held > 0 ? 'busy' : 'ready', held > 0 ? 'ready, under load' : 'ready');
  redraw();
};

/** @param {boolean} refused whether a key was given and is wrong */
const askForKey = (refused) => {
  sessionStorage.removeItem(keyName);
  say('busy', 'locked', refused ? 'That key was refused.' : 'An API key is needed.', 'It stays in this tab, and goes to this server only.');
  byId('model').classList.add('stale');
  const form = byId('key');
  form.hidden = false;
  form.querySelector('input')?.focus();
};

/** The answer; nothing where none comes. @param {string | null} key */
const fetchStatus = async (key) => {
  const headers = key ? { authorization: 'Bearer ' + key } : undefined;
  try {
    const response = await fetch(new URL('v1/status', document.baseURI), { cache: 'no-store', signal: AbortSignal.timeout(5_000), ...(headers && { headers }) });
    return { code: response.status, body: response.ok ? /** @type {Status} */ (await response.json()) : undefined };
  } catch {
    return undefined;
  }
};

/** @returns {Promise<boolean>} whether to go on asking */
const ask = async () => {
  const key = sessionStorage.getItem(keyName);
  const answer = await fetchStatus(key);
  if (answer?.body) take(answer.body);
  else if (answer?.code === 401) askForKey(key !== null);
  else if (answer) say('gone', 'error ' + answer.code, 'The server answered ' + answer.code + '.', 'v1/status should answer 200; trying again each second.');
  else {
    const old = answeredAt > 0 ? 'Last answer ' + showDuration((Date.now() - answeredAt) / 1000) + ' ago; what stands below is old. ' : '';
    say('gone', 'unreachable', 'The server cannot be reached.', old + 'Trying again each second.');
  }
  return answer?.code !== 401;
};

const poll = async () => {
  const started = Date.now();
  let goOn = true;
  try {
    goOn = await ask();
  } finally {
    if (goOn) setTimeout(() => void poll(), Math.max(0, started + 1_000 - Date.now()));
  }
};

byId('key').addEventListener('submit', (event) => {
  event.preventDefault();
  const field = byId('key').querySelector('input');
  if (!field) return;
  sessionStorage.setItem(keyName, field.value);
  field.value = '';
  say('', 'connecting');
  void poll();
});
new ResizeObserver(() => {
  drawn = '';
  redraw();
}).observe(byId('model'));
window.addEventListener('hashchange', redraw);
void poll();
`;
