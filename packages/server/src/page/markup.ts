const tile = (id: string, name: string): string =>
  `<div class="tile" id="${id}"><dt>${name}</dt><dd class="value">–</dd><dd class="note"></dd></div>`;

const spark = (id: string, name: string, hint: string): string => `
    <section class="card" aria-labelledby="${id}-name">
      <div class="head tight"><div><h2 id="${id}-name">${name}</h2><p class="hint">${hint}</p></div><p class="gauge" id="${id}-now">–</p></div>
      <svg class="plot spark" id="${id}" role="img" aria-label="${name}, last two minutes"></svg>
    </section>`;

/** What stands on the status page before the first answer: the script fills it. */
export const markup = /* html */ `
<header>
  <div class="brand">
    <svg viewBox="0 0 22 18" aria-hidden="true"><rect width="4" height="18" rx="1"/><rect x="6" y="4" width="4" height="14" rx="1"/><rect x="12" y="9" width="4" height="9" rx="1"/><rect x="18" y="13" width="4" height="5" rx="1"/></svg>
    length-adaptive
  </div>
  <div class="facts" id="server"></div>
  <div class="lamp" id="lamp" role="status"><i aria-hidden="true"></i><span>connecting</span></div>
</header>
<section class="notice" id="notice" role="alert" hidden>
  <p><strong></strong> <span></span></p>
  <form id="key" autocomplete="off" hidden>
    <label class="unseen" for="key-field">API key</label>
    <input id="key-field" type="password" placeholder="API key" autocomplete="off" spellcheck="false" required>
    <button>Connect</button>
  </form>
</section>
<nav class="tabs" id="tabs" role="tablist" aria-label="Models" hidden></nav>
<main id="model" hidden>
  <div class="title">
    <h1 id="name"></h1>
    <p class="facts" id="about"></p>
    <p class="verdict" id="verdict" aria-live="polite"></p>
  </div>
  <div class="cards">
    <section class="card wide" aria-labelledby="scatter-name">
      <div class="head">
        <div><h2 id="scatter-name">Pareto set</h2><p class="hint" id="scatter-hint">What each length configuration scores, and costs</p></div>
        <div class="legend" id="legend" aria-hidden="true">
          <span><svg viewBox="0 0 10 10"><circle class="free" cx="5" cy="5" r="4"/></svg>allowed</span>
          <span><svg viewBox="0 0 10 10"><circle class="held" cx="5" cy="5" r="4"/></svg>held back</span>
        </div>
      </div>
      <svg class="plot" id="scatter" role="group" aria-labelledby="scatter-name scatter-hint"></svg>
    </section>
    <section class="card narrow" aria-labelledby="profile-name">
      <h2 id="profile-name">Operating point</h2>
      <p class="hint">Tokens that each layer keeps</p>
      <svg class="plot" id="profile" role="img"></svg>
      <dl class="reading" id="reading"></dl>
      <p class="config" id="config"></p>
    </section>${spark('delay', 'Queue delay', 'What a text that came now would wait')}${spark('rate', 'Throughput', 'Texts answered a second')}
  </div>
  <dl class="tiles" aria-label="Counters">
    ${tile('queued', 'Queued')}${tile('running', 'Running')}${tile('degraded', 'Degraded')}${tile('refused', 'Refused')}${tile('expired', 'Expired')}${tile('speed', 'Fitted speed')}
  </dl>
</main>
<noscript><p class="notice">This page needs JavaScript: it reads <code>v1/status</code> once a second.</p></noscript>
`;
