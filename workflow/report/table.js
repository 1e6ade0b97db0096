// All words of the data reach the page as text nodes. Rows are drawn in portions, details when a row is opened.
(async () => {
'use strict';
const data = await held();
const PORTION = 200, SVG = 'http://www.w3.org/2000/svg';
const SIGNS = { spearman: 'rho', log_hr: 'log HR', hedges_g: 'g', trend_g: 'g (trend)' };
const AXES = {
  hedges_g: 'Hedges g: lower ← 0 → higher in the resistant arm', trend_g: 'change in SD: falls ← 0 → rises along the levels',
  spearman: "Spearman's rho: lower ← 0 → higher with resistance", log_hr: 'log hazard ratio per SD: later ← 0 → earlier events',
};

function h(tag, attributes, ...children) { return build(document.createElement(tag), attributes, children); }
function s(tag, attributes, ...children) { return build(document.createElementNS(SVG, tag), attributes, children); }
function build(node, attributes, children) {
  for (const [key, value] of Object.entries(attributes || {})) {
    if (key.startsWith('on')) node.addEventListener(key.slice(2), value);
    else if (value !== null && value !== undefined && value !== false) node.setAttribute(key, value);
  }
  node.append(...children.flat(Infinity).filter(each => each !== null && each !== undefined && each !== ''));
  return node;
}
const said = word => word.replaceAll('_', ' ');
const known = value => value !== null && value !== undefined;
const fixed = (value, digits = 2) => known(value) ? value.toFixed(digits).replace('-', '\u2212') : '';
const small = value => !known(value) ? '' : value === 0 ? '0' : value >= 0.001 ? String(+value.toPrecision(2)) : value.toExponential(1);
const parts = value => (value || '').split(';').map(each => each.trim()).filter(Boolean);

// --- rows ---

const rows = data.leading.map((leading, at) => {
  const row = { at, leading: leading === 1 };
  for (const [name, { of, at: codes }] of Object.entries(data.words)) row[name] = of[codes[at]];
  for (const [name, values] of Object.entries(data.figures)) row[name] = values[at];
  row.about = data.signatures[row.signature];
  row.marks = row.flags.split(';').filter(Boolean);
  row.outside = row.marks.includes('outside_context');
  row.rank = data.verdicts.findIndex(each => each.id === row.verdict);
  return row;
});
const verdictOf = Object.fromEntries(data.verdicts.map(each => [each.id, each]));
const tokens = {};
for (const [id, about] of Object.entries(data.signatures)) {
  tokens[id] = [id, about.name, about.drug, about.cancer, about.context, ...about.members.map(member => member[0])].join(' ').toLowerCase();
}
for (const row of rows) {
  row.text = `${tokens[row.signature]} ${row.dataset} ${row.contrast} ${row.cell_type} ${row.method} ${row.flags} ${said(row.verdict)}`.toLowerCase();
}

// --- what is shown ---

const state = { all: false, verdict: null, words: [], picked: {}, sort: null, down: false, shown: PORTION };
const FILTERS = {
  drug: row => parts(row.about.drug), cancer: row => parts(row.about.cancer), dataset: row => [row.dataset],
  contrast: row => [row.contrast], cell_type: row => [row.cell_type], tier: row => [row.about.tier],
};
const COLUMNS = [
  { id: 'verdict', title: 'Verdict', key: row => row.rank, cell: verdictCell },
  { id: 'signature', title: 'Signature', key: row => row.about.name, cell: signatureCell },
  { id: 'dataset', title: 'Dataset, contrast', key: row => [row.dataset, row.contrast, row.cell_type].join(' '), cell: whereCell },
  { id: 'method', title: 'Method', key: row => row.method, cell: row => h('td', {}, row.method), when: () => state.all },
  { id: 'n', title: 'Samples', key: row => row.n_samples, cell: row => number(sizes(row)), number: true },
  { id: 'effect', title: 'Effect, 95 % interval', key: row => row.effect, cell: effectCell, number: true },
  { id: 'auroc', title: 'AUROC', key: row => row.auroc ?? row.concordance,
    cell: row => number(known(row.auroc) ? fixed(row.auroc) : known(row.concordance) ? `C ${fixed(row.concordance)}` : ''), number: true },
  { id: 'fdr', title: 'FDR', key: row => row.fdr, cell: row => number(small(row.fdr)), number: true },
  { id: 'null_p', title: 'Random-set p', key: row => row.null_p, cell: row => number(small(row.null_p)), number: true },
  { id: 'doubts', title: 'To keep in mind', key: row => doubts(row).join(), cell: row => h('td', { class: 'doubts' }, doubts(row).map(each => h('span', { class: 'tag' }, each))) },
];
const SORTS = {
  drug: ['Drug', row => row.about.drug], cancer: ['Cancer', row => row.about.cancer], contrast: ['Contrast', row => row.contrast],
  cell_type: ['Cell type', row => row.cell_type], tier: ['Tier', row => row.about.tier],
};
const keyOf = id => COLUMNS.find(column => column.id === id)?.key || SORTS[id]?.[1];
const number = text => h('td', { class: 'number' }, text);
const sizes = row => known(row.n_resistant) && known(row.n_sensitive) ? `${row.n_resistant} + ${row.n_sensitive}`
  : `${row.n_samples}${known(row.n_events) ? ` (${row.n_events} events)` : ''}`;

function verdictCell(row) {
  return h('td', { class: 'verdict' }, h('span', { class: 'dot', style: `background:${verdictOf[row.verdict].colour}` }), said(row.verdict));
}
function signatureCell(row) {
  return h('td', { class: 'name' }, h('b', {}, row.about.name), h('small', {}, [row.signature, parts(row.about.drug).join(', '), parts(row.about.cancer).join(', ')].filter(Boolean).join(' · ')), evidenceTags(row.about));
}
const breakable = name => name.split(/(?<=[._-])/).flatMap((part, at) => at ? [h('wbr', {}), part] : [part]);
function whereCell(row) {
  return h('td', { class: 'where' }, breakable(row.dataset), h('small', {}, breakable(row.contrast), row.cell_type === 'bulk' ? null : ` · ${row.cell_type}`));
}
function evidenceTags(about) {
  const count = flag => about.members.filter(member => parts(member[2]).includes(flag)).length;
  return [['contradicted', count('contradicted')], ['retracted', count('retracted')]].filter(([, n]) => n)
    .map(([flag, n]) => h('span', { class: `tag ${flag}` }, `${flag}: ${n} of ${about.members.length}`))
    .concat(about.left_out.length ? [h('span', { class: 'tag retracted' }, `${about.left_out.length} left out: retracted`)] : []);
}
function effectCell(row) {
  if (!known(row.effect)) return number('');
  const interval = known(row.ci_low) && known(row.ci_high) ? h('small', {}, `${fixed(row.ci_low)} to ${fixed(row.ci_high)}`) : null;
  return h('td', { class: 'number' }, `${SIGNS[row.effect_type] || row.effect_type} ${fixed(row.effect)}`, interval);
}
function doubts(row) {
  const found = [];
  if (row.outside) found.push('not its cells');
  for (const flag of row.marks) {
    if (flag.startsWith('one_gene:')) found.push(`hangs on ${flag.slice(9)}`);
    if (flag === 'low_power') found.push('few members');
    if (flag === 'incoherent') found.push('members disagree');
    if (flag === 'composition') found.push('shift between cell types');
    if (flag === 'follows_cell_number') found.push('follows cell number');
    if (flag === 'poorly_matched') found.push('poorly matched');
    if (flag.startsWith('no_matched_null') && ['supported', 'contradicted'].includes(row.verdict)) found.push('no random sets');
  }
  if (row.confounded_by) found.push(`follows ${parts(said(row.confounded_by)).join(', ')}`);
  return found;
}

function wanted(row) {
  return (state.all || row.leading) && state.words.every(word => row.text.includes(word))
    && Object.entries(state.picked).every(([name, value]) => FILTERS[name](row).includes(value));
}
function compare(key) {
  const order = state.down ? -1 : 1;
  return (a, b) => {
    const x = key(a), y = key(b);
    if (!known(x) || x === '' || !known(y) || y === '') return (!known(x) || x === '') - (!known(y) || y === '') || a.place - b.place;
    return order * (typeof x === 'string' ? x.localeCompare(y, 'en', { numeric: true }) : x - y) || a.place - b.place;
  };
}
rows.sort((a, b) => a.outside - b.outside || a.rank - b.rank || (a.fdr ?? 2) - (b.fdr ?? 2) || (a.p ?? 2) - (b.p ?? 2) || a.at - b.at);
rows.forEach((row, place) => { row.place = place; });

// --- drawing the table ---

const head = document.querySelector('#rows thead'), body = document.querySelector('#rows tbody');
const chips = document.querySelector('.chips'), count = document.getElementById('count'), more = document.getElementById('more');
let current = [];

function columns() { return COLUMNS.filter(column => !column.when || column.when()); }
function draw() {
  const found = rows.filter(wanted);
  drawChips(found);
  current = state.verdict ? found.filter(row => row.verdict === state.verdict) : found;
  if (state.sort) current = [...current].sort(compare(keyOf(state.sort)));
  head.replaceChildren(h('tr', {}, columns().map(each => h('th', {
    tabindex: 0, scope: 'col', class: each.number ? 'number' : null,
    'aria-sort': state.sort !== each.id ? 'none' : state.down ? 'descending' : 'ascending',
    onclick: () => sortBy(each.id), onkeydown: event => { if (event.key === 'Enter') sortBy(each.id); },
  }, each.title))));
  body.replaceChildren();
  state.shown = 0;
  append();
}
function append() {
  const next = current.slice(state.shown, state.shown + PORTION);
  body.append(...next.map(rowNode));
  state.shown += next.length;
  const whole = rows.filter(row => state.all || row.leading).length;
  const what = state.all ? 'rows (every method)' : 'answers (the leading method of each dataset)';
  count.textContent = `${current.length} of ${whole} ${what}` + (state.shown < current.length ? `; the first ${state.shown} are drawn` : '');
  more.hidden = state.shown >= current.length;
}
function rowNode(row) {
  return h('tr', {
    class: `answer${row.outside ? ' outside' : ''}`, tabindex: 0, 'data-at': row.at, 'data-verdict': row.verdict, 'aria-expanded': 'false',
    onclick: event => toggle(event.currentTarget, row),
    onkeydown: event => { if (event.key === 'Enter' && event.target === event.currentTarget) toggle(event.currentTarget, row); },
  }, columns().map(column => column.cell(row)));
}
function toggle(node, row) {
  if (window.getSelection().toString()) return;
  const open = node.classList.toggle('open');
  node.setAttribute('aria-expanded', String(open));
  if (open) node.after(h('tr', { class: 'details' }, h('td', { colspan: columns().length }, details(row))));
  else node.nextElementSibling.remove();
}
function sortBy(id) {
  state.down = state.sort === id ? !state.down : false;
  state.sort = id;
  sorted.value = id;
  draw();
}
function drawChips(found) {
  chips.replaceChildren(...data.verdicts.map(verdict => {
    const n = found.filter(row => row.verdict === verdict.id).length;
    return h('button', {
      type: 'button', 'aria-pressed': String(state.verdict === verdict.id), 'data-verdict': verdict.id, title: verdict.words,
      style: `border-color:${verdict.border}`, disabled: !n && state.verdict !== verdict.id ? '' : null,
      onclick: () => { state.verdict = state.verdict === verdict.id ? null : verdict.id; draw(); },
    }, `${said(verdict.id)}: ${n}`);
  }));
}

// --- details of one row ---

function details(row) {
  const answer = data.answers.why[row.at], about = row.about;
  const figure = (title, picture, ...text) => picture && h('figure', {}, h('b', {}, title), picture, h('figcaption', { class: 'soft' }, ...text));
  const notes = row.marks.map(flag => data.flags[flag] || said(flag));
  if (row.confounded_by) notes.push(`may be an effect of ${parts(said(row.confounded_by)).join(', ')}: it differs along the contrast, and less of the effect is left given it`);
  return [
    h('h3', {}, `${about.name} in ${row.dataset}, ${row.contrast}${row.cell_type === 'bulk' ? '' : `, ${row.cell_type}`}`),
    h('p', {}, h('b', {}, said(row.verdict)), answer ? `: ${answer}` : `: by ${row.method}, which is not the leading method of ${row.dataset}; open its answer for pictures`),
    about.caveat ? h('p', {}, h('b', {}, 'Caveat: '), about.caveat) : null,
    notes.length ? [h('b', {}, 'To keep in mind'), h('ul', {}, notes.map(note => h('li', {}, note)))] : null,
    h('div', { class: 'pictures' },
      figure('Samples', samplesPicture(row), samplesCaption(row)),
      figure('Effect and matched random sets', nullPicture(row), nullCaption(row)),
      figure('Without one gene', genesPicture(row), `Circle: the effect of the signature without that gene; line: of the whole signature; bar: the gene's own effect, turned by its sign.`),
    ),
    nuisanceTable(row), methodsTable(row), evidence(row),
  ];
}

function axis(low, high, from, to) {
  const pad = (high - low || 1) * 0.06;
  const a = low - pad, b = high + pad;
  return value => from + (value - a) / (b - a) * (to - from);
}
function ticks(low, high) {
  const step = 10 ** Math.floor(Math.log10((high - low || 1) / 3));
  const size = [1, 2, 5, 10].map(each => each * step).find(each => (high - low) / each <= 5) || step;
  const found = [];
  for (let at = Math.ceil(low / size - 1e-9) * size; at <= high + 1e-9 * size; at += size) found.push(+at.toPrecision(12));
  return found;
}
const line = (x1, y1, x2, y2, colour = '#222', width = 1, extra = {}) => s('line', { x1, y1, x2, y2, stroke: colour, 'stroke-width': width, ...extra });
const label = (x, y, text, anchor = 'middle', kind = '') => s('text', { x, y, 'text-anchor': anchor, class: kind }, text);
const cut = (text, length) => text.length > length ? `${text.slice(0, length - 1)}…` : text;

function samplesPicture(row) {
  const strip = data.strips[row.at];
  if (!strip) return null;
  const place = data.places[strip.place], values = strip.values, real = values.filter(known);
  if (!real.length) return null;
  return place.kind === 'sides' ? sidesPicture(place, strip, real) : pointsPicture(place, values, real);
}
function sidesPicture(place, strip, real) {
  const n = place.sides.length, width = Math.max(300, 60 + n * 110), height = 250, bottom = 205;
  const low = Math.min(...real), high = Math.max(...real), y = axis(low, high, bottom, 10), slot = (width - 60) / n, middle = side => 50 + slot * (side + 0.5);
  const xs = place.side.map((side, at) => middle(side) + (place.lines.length ? 0 : ((at * 0.618034) % 1 - 0.5) * slot * 0.4));
  return s('svg', { width, height, viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': 'scores of the samples' },
    ticks(low, high).map(tick => [line(45, y(tick), width, y(tick), '#eee'), label(41, y(tick) + 4, String(tick), 'end', 'faint')]),
    strip.boxes.map(([first, , third], side) => known(first) ? s('rect', { x: middle(side) - slot * 0.3, y: y(third), width: slot * 0.6, height: y(first) - y(third), fill: '#f1f1ee', stroke: '#c4c4c0' }) : null),
    place.lines.map(own => s('polyline', { points: own.filter(at => known(strip.values[at])).map(at => `${xs[at]},${y(strip.values[at])}`).join(' '), fill: 'none', stroke: '#bbb' })),
    strip.values.map((value, at) => known(value) ? s('circle', { cx: xs[at], cy: y(value), r: 3.4, fill: place.sides[place.side[at]][2], 'fill-opacity': 0.75 },
      s('title', {}, `${place.who[at]}: ${value}`)) : null),
    place.sides.map(([name, size], side) => {
      const [first, median, third] = strip.boxes[side], x = middle(side);
      return [
        known(median) ? line(x - slot * 0.3, y(median), x + slot * 0.3, y(median), '#222', 2) : null,
        s('text', { x, y: bottom + 20, 'text-anchor': 'middle' }, s('title', {}, name), cut(name, 16)), label(x, bottom + 36, `n = ${size}`, 'middle', 'faint'),
      ];
    }));
}
function pointsPicture(place, values, real) {
  const width = 340, height = 250, bottom = 205, xs = place.x, lowX = Math.min(...xs), highX = Math.max(...xs);
  const low = Math.min(...real), high = Math.max(...real), x = axis(lowX, highX, 50, width - 5), y = axis(low, high, bottom, 10);
  const open = at => place.event && !place.event[at];
  return s('svg', { width, height, viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': 'scores of the samples' },
    ticks(low, high).map(tick => [line(50, y(tick), width, y(tick), '#eee'), label(46, y(tick) + 4, String(tick), 'end', 'faint')]),
    ticks(lowX, highX).map(tick => label(x(tick), bottom + 18, String(tick), 'middle', 'faint')),
    values.map((value, at) => known(value) ? s('circle', { cx: x(xs[at]), cy: y(value), r: 3.2, fill: open(at) ? '#fff' : '#555', stroke: '#555', 'fill-opacity': 0.8 },
      s('title', {}, `${place.who[at]}: ${value}`)) : null),
    s('text', { x: width / 2 + 20, y: bottom + 38, 'text-anchor': 'middle' }, s('title', {}, place.label), cut(place.label, 44)));
}
function samplesCaption(row) {
  const strip = data.strips[row.at];
  if (!strip) return '';
  const place = data.places[strip.place], all = place.sides ? place.sides.reduce((sum, side) => sum + side[1], 0) : place.n;
  const shown = place.who.length < all ? ` ${place.who.length} of ${all} samples are drawn; medians and quartiles are of all.` : '';
  if (place.kind === 'sides') return `Score (${row.method}) of each biological sample; line: median, box: middle half.${place.lines.length ? ' Lines join the samples of a pair or patient.' : ''}${shown}`;
  return `Score (${row.method}) of each biological sample${place.event ? '; full: with the event, open: follow-up ended without it' : ''}.${shown}`;
}

function nullPicture(row) {
  if (!known(row.effect)) return null;
  const none = data.null[row.at], [, , mean, lowN, highN] = none || [];
  const all = [0, row.effect, row.ci_low, row.ci_high, mean, lowN, highN].filter(known), low = Math.min(...all), high = Math.max(...all);
  const width = 400, x = axis(low, high, 110, width - 10), colour = verdictOf[row.verdict].line;
  return s('svg', { width, height: 120, viewBox: `0 0 ${width} 120`, role: 'img', 'aria-label': 'effect and matched random sets' },
    line(x(0), 8, x(0), 80, '#222'),
    ticks(low, high).map(tick => [line(x(tick), 80, x(tick), 84, '#888'), label(x(tick), 97, String(tick), 'middle', 'faint')]),
    label(100, 28, 'this signature', 'end'), known(row.ci_low) && known(row.ci_high) ? line(x(row.ci_low), 24, x(row.ci_high), 24, colour, 2.5) : null,
    s('circle', { cx: x(row.effect), cy: 24, r: 5, fill: colour, stroke: '#222', 'stroke-width': 0.7 }),
    label(100, 60, 'random sets', 'end'),
    known(lowN) && known(highN) ? s('rect', { x: x(lowN), y: 48, width: Math.max(1, x(highN) - x(lowN)), height: 16, fill: '#cfcfcf' }) : label(115, 60, 'none', 'start', 'faint'),
    known(mean) ? line(x(mean), 46, x(mean), 66, '#555', 2) : null,
    line(x(row.effect), 24, x(row.effect), 72, '#888', 1, { 'stroke-dasharray': '3 3' }),
    label((width + 100) / 2, 114, AXES[row.effect_type] || 'effect', 'middle', 'faint'));
}
function nullCaption(row) {
  const none = data.null[row.at];
  if (!none) return 'Not held against random genes.';
  const [sets, all, mean, low, high, expression, matched, , , reason] = none;
  if (!known(mean)) return `Not held against random genes${reason ? `: ${said(reason)}` : ''}.`;
  const how = all === 'yes' ? `all ${sets} sets there are` : `${sets} random sets`;
  const p = known(row.null_p) ? ` p among them ${small(row.null_p)}, percentile ${fixed(row.null_percentile, 1)}.` : '';
  return `Grey: the middle 95 % of effects of ${how} of genes that are expressed alike (mean ${fixed(matched)}, members ${fixed(expression)}).${p}`;
}

function genesPicture(row) {
  const genes = (data.genes[row.at] || []).filter(gene => known(gene[2]) || known(gene[3]));
  if (!genes.length || !known(row.effect)) return null;
  const ordered = [...genes].sort((a, b) => Math.abs(row.effect - (b[3] ?? row.effect)) - Math.abs(row.effect - (a[3] ?? row.effect))).slice(0, 40);
  const all = [0, row.effect, ...ordered.flatMap(gene => [gene[2], gene[3]])].filter(known), low = Math.min(...all), high = Math.max(...all);
  const width = 380, height = 46 + 17 * ordered.length, x = axis(low, high, 130, width - 10), base = height - 34;
  return s('svg', { width, height, viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': 'effect without each gene' },
    line(x(0), 4, x(0), base), line(x(row.effect), 4, x(row.effect), base, verdictOf[row.verdict].line, 2),
    ordered.map(([symbol, weight, own, without], at) => {
      const y = 14 + 17 * at;
      return [
        s('text', { x: 122, y: y + 4, 'text-anchor': 'end' }, s('title', {}, symbol), `${cut(symbol, 15)} ${weight > 0 ? '+' : '\u2212'}`),
        known(own) ? s('rect', { x: Math.min(x(0), x(own)), y: y - 4, width: Math.abs(x(own) - x(0)), height: 8, fill: own > 0 ? '#eab68a' : '#92bfdd' }) : null,
        known(without) ? s('circle', { cx: x(without), cy: y, r: 4, fill: '#fff', stroke: '#222', 'stroke-width': 1.5 }, s('title', {}, `without ${symbol}: ${without}`)) : null,
      ];
    }),
    ticks(low, high).map(tick => [line(x(tick), base, x(tick), base + 4, '#888'), label(x(tick), base + 17, String(tick), 'middle', 'faint')]),
    genes.length > ordered.length ? label(width - 10, height - 2, `the first ${ordered.length} of ${genes.length} genes`, 'end', 'faint') : null);
}

function tableOf(title, note, heads, lines) {
  return lines.length ? [h('h3', {}, title), note ? h('p', { class: 'soft' }, note) : null,
    h('table', {}, h('thead', {}, h('tr', {}, heads.map(each => h('th', {}, each)))), h('tbody', {}, lines))] : null;
}
function nuisanceTable(row) {
  return tableOf('Held against what should not matter', 'Effects over the spread between samples of an arm; a confounder differs along the contrast and takes the effect.',
    ['nuisance', 'differs along the contrast: p', 'correlation with the score', 'effect', 'effect given it', '95 % interval', 'takes the effect'],
    (data.nuisance[row.at] || []).map(([name, , p, rho, effect, adjusted, low, high, confounds, reason]) => h('tr', {},
      h('td', {}, said(name)), number(small(p)), number(fixed(rho)), number(fixed(effect)), number(fixed(adjusted)),
      number(known(low) ? `${fixed(low)} to ${fixed(high)}` : ''), h('td', {}, confounds === 'yes' ? h('b', {}, 'yes') : confounds || said(reason || '')))));
}
function methodsTable(row) {
  const same = rows.filter(each => each.dataset === row.dataset && each.contrast === row.contrast && each.cell_type === row.cell_type && each.signature === row.signature);
  return tableOf('Scoring methods', '', ['method', 'effect', '95 % interval', 'AUROC', 'p', 'FDR', 'random-set p', 'verdict'],
    same.sort((a, b) => b.leading - a.leading).map(each => h('tr', {}, h('td', {}, each.method, each.leading ? ' (leading)' : ''), number(fixed(each.effect)),
      number(known(each.ci_low) ? `${fixed(each.ci_low)} to ${fixed(each.ci_high)}` : ''), number(fixed(each.auroc ?? each.concordance)),
      number(small(each.p)), number(small(each.fdr)), number(small(each.null_p)), h('td', {}, said(each.verdict)))));
}
function evidence(row) {
  const about = row.about, [members, measured, missing] = (data.coverage[row.dataset] || {})[row.signature] || [];
  const absent = new Set((missing || '').split(',').filter(Boolean));
  const facts = [['Drug', parts(about.drug).join(', ')], ['Cancer', parts(about.cancer).join(', ')], ['Read in', about.context], ['Document', [about.document, about.source].filter(Boolean).join(': ')], ['Collection', about.collection]];
  const member = ([symbol, weight, flags, section, words], gone) => h('tr', { class: gone || absent.has(symbol) ? 'member-absent' : null },
    h('td', {}, h('b', {}, symbol)), h('td', {}, weight > 0 ? '+ up' : '\u2212 down'),
    h('td', {}, parts(flags).map(flag => h('span', { class: `tag ${flag}` }, flag))),
    h('td', {}, gone ? 'left out' : absent.has(symbol) ? 'not measured' : 'yes'), h('td', {}, section), h('td', { class: 'long' }, words));
  return [
    h('h3', {}, 'Evidence'),
    h('p', {}, facts.filter(([, value]) => value).map(([key, value]) => [h('span', { class: 'soft' }, `${key}: `), value, h('br')])),
    known(members) ? h('p', {}, `${measured} of ${members} members are measured in ${row.dataset}.`) : null,
    h('table', {}, h('thead', {}, h('tr', {}, ['member', 'in resistance', 'evidence is', 'measured here', 'section', 'what the document says'].map(each => h('th', {}, each)))),
      h('tbody', {}, about.members.map(each => member(each, false)), about.left_out.map(each => member(each, true)))),
  ];
}

// --- controls ---

function select(name, title) {
  const levels = [...new Set(rows.flatMap(FILTERS[name]))].sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  if (levels.length < 2) return null;
  return h('label', {}, title, h('select', { name, onchange: event => {
    if (event.target.value === '') delete state.picked[name]; else state.picked[name] = levels[event.target.value];
    draw();
  } }, h('option', { value: '' }, 'all'), levels.map((level, at) => h('option', { value: at }, cut(level, 60)))));
}
const search = h('input', { type: 'search', name: 'search', placeholder: 'signature, gene, drug, flag …', oninput: event => {
  state.words = event.target.value.toLowerCase().split(/\s+/).filter(Boolean);
  draw();
} });
const sorted = h('select', { name: 'sort', onchange: event => { state.sort = event.target.value || null; state.down = false; draw(); } },
  h('option', { value: '' }, 'clear answers first'), COLUMNS.filter(each => each.id !== 'method').map(each => h('option', { value: each.id }, each.title)),
  Object.entries(SORTS).map(([id, [title]]) => h('option', { value: id }, title)));
document.querySelector('.controls').append(...[
  h('label', {}, 'Search', search), select('drug', 'Drug'), select('cancer', 'Cancer'), select('dataset', 'Dataset'), select('contrast', 'Contrast'),
  select('cell_type', 'Cell type'), select('tier', 'Tier'),
  h('label', {}, 'Sort by', sorted),
  h('label', {}, 'Show', h('select', { name: 'show', onchange: event => { state.all = event.target.value === 'all'; draw(); } },
    h('option', { value: 'leading' }, 'answers'), h('option', { value: 'all' }, 'contrasts, every method'))),
  h('button', { type: 'button', id: 'reset', onclick: () => {
    Object.assign(state, { all: false, verdict: null, words: [], picked: {}, sort: null, down: false });
    document.querySelectorAll('.controls input, .controls select').forEach(each => { each.value = each.name === 'show' ? 'leading' : ''; });
    draw();
  } }, 'Reset'),
].filter(Boolean));
more.addEventListener('click', append);
new IntersectionObserver(entries => { if (entries[0].isIntersecting && !more.hidden) append(); }, { rootMargin: '600px' }).observe(more);
draw();
})();
