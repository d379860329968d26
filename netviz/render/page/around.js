// The neighbourhood of one node: who calls it stands left, whom it calls right, step by step outwards.

const BOX = { width: 260, height: 40, gap: 14, column: 390, most: 60 };
const around = { key: '', opened: new Set(), keys: null };

// Columns of nodes by distance: negative for callers, positive for the called.
function columns(start) {
  const { nodes } = level();
  const place = new Map([[start, 0]]);
  const shown = new Map([[0, [start]]]);
  const hidden = new Map();
  for (const [step, flowsOf_, end] of [[-1, 'callers', 'source'], [1, 'called', 'target']]) {
    let edge = [start];
    for (let column = step; edge.length; column += step) {
      const next = [];
      for (const index of edge) {
        if (index !== start && !around.opened.has(index)) continue;
        const flows = nodes[index][flowsOf_].filter((flow) => !filtered() || wanted(flow));
        for (const flow of flows.sort((a, b) => b.connections - a.connections)) {
          if (place.has(flow[end])) continue;
          if (next.length >= BOX.most) {
            hidden.set(column, (hidden.get(column) || new Set()).add(flow[end]));
            continue;
          }
          place.set(flow[end], column);
          next.push(flow[end]);
        }
      }
      if (next.length) shown.set(column, next);
      edge = next;
    }
  }
  return { place, shown, hidden };
}

function box(index, x, y, middle) {
  const node = level().nodes[index];
  const where = [machineName(node), node.container || node.unit || node.security].filter(Boolean).join(' · ');
  const more = (node.pids.length > 1 ? ` x${node.pids.length}` : '') + (node.uid === 0 ? '  root' : '');
  const group = makeSvg('g', { class: middle ? 'box middle' : 'box', 'data-key': node.key },
    makeSvg('title', {}, `${node.label} on ${where}`),
    makeSvg('rect', { x, y, width: BOX.width, height: BOX.height, rx: 5,
      'stroke-width': node.uid === 0 ? 3 : 1 }),
    makeSvg('text', { x: x + 8, y: y + 16 }, shortened(node.label || '(no name)', 36 - more.length) + more),
    makeSvg('text', { class: 'small', x: x + 8, y: y + 31 }, shortened(where, 44)));
  interactive(group, `${node.label} on ${where}`, () => {
    if (state.node === index) return;
    around.opened.add(index);
    show();
  });
  group.addEventListener('dblclick', () => choose(node));
  return group;
}

// A text in broad letters is squeezed rather than let out of its box.
function fitted(text, width) {
  if (text.getComputedTextLength() <= width) return;
  text.setAttribute('textLength', width);
  text.setAttribute('lengthAdjust', 'spacingAndGlyphs');
}

function wire(flow, from, to) {
  const forward = to.x >= from.x;
  const x1 = from.x + (forward ? BOX.width : 0);
  const x2 = to.x + (forward ? 0 : BOX.width);
  const y1 = from.y + BOX.height / 2;
  const y2 = to.y + BOX.height / 2;
  const bend = forward ? 60 : -60;
  const width = Math.min(1.2 + Math.log10(Math.max(flow.connections, 1)), 6);
  const group = makeSvg('g', { class: `wire ${flow.match}` },
    makeSvg('path', { d: `M${x1},${y1} C${x1 + bend},${y1} ${x2 - bend},${y2} ${x2},${y2}`, 'stroke-width': width,
      'marker-end': flow.directed ? 'url(#arrow)' : null }),
    makeSvg('text', { x: (x1 + x2) / 2, y: (y1 + y2) / 2 - 3, 'text-anchor': 'middle' },
      shortened(service(flow), 24) + (flow.connections > 1 ? ` x${flow.connections}` : '')));
  interactive(group, flowLabel(flow), () => chooseFlow(flow));
  return group;
}

function showAround() {
  const target = byId('around');
  const start = state.node;
  if (start === null) {
    target.replaceChildren(makeSvg('svg', {}));
    return 'Choose a node: search, then pick it in the table or the picture.';
  }
  const key = `${state.level} ${start}`;
  if (around.key !== key) {
    around.opened.clear();
    around.key = key;
  }
  const { place, shown, hidden } = columns(start);
  const spots = new Map();
  const boxes = [];
  const height = (list) => list.length * (BOX.height + BOX.gap);
  const tallest = Math.max(...[...shown.values()].map(height));
  const first = Math.min(...shown.keys());
  for (const [column, list] of shown) {
    const x = (column - first) * BOX.column;
    list.forEach((index, row) => {
      const y = (tallest - height(list)) / 2 + row * (BOX.height + BOX.gap);
      spots.set(index, { x, y });
      boxes.push(box(index, x, y, index === start));
    });
    const left = hidden.get(column);
    if (left) {
      boxes.push(makeSvg('text', { class: 'small', x, y: tallest + 16 }, `and ${left.size} more: see the table`));
    }
  }
  const wires = [];
  for (const flow of level().flows) {
    const from = spots.get(flow.source);
    const to = spots.get(flow.target);
    if (!from || !to || flow.source === flow.target || (filtered() && !wanted(flow))) continue;
    if (Math.abs(place.get(flow.source) - place.get(flow.target)) !== 1) continue;
    wires.push(wire(flow, from, to));
  }
  const width = shown.size * BOX.column - (BOX.column - BOX.width);
  const svg = makeSvg('svg', { role: 'group' },
    makeSvg('defs', {}, makeSvg('marker', { id: 'arrow', viewBox: '0 0 8 8', refX: 8, refY: 4, markerWidth: 7,
      markerHeight: 7, markerUnits: 'userSpaceOnUse', orient: 'auto' }, makeSvg('path', { d: 'M0,0 L8,4 L0,8 z' }))),
    ...wires, ...boxes);
  target.replaceChildren(svg);
  for (const text of svg.querySelectorAll('.box text')) fitted(text, BOX.width - 16);
  around.keys = movable(svg, { x: -30, y: -30, width: Math.max(width + 60, 700), height: Math.max(tallest + 60, 300) });
  return '';
}
