/**
 * Which areas, what shape? The areas of one level as the server sent them, with what the map asks of them.
 *
 * Coordinates are degrees (EPSG:4326). An area's id is its position in the file, which is also its place in a frame.
 *
 * @typedef {[number, number, number, number]} Box west, south, east, north
 * @typedef {[number, number]} Point longitude, latitude
 * @typedef {{code: string, name: string, ward?: string, borough?: string}} AreaProperties
 */

export const polygons = (geometry) => (geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates);

/** @returns {Box} the smallest box around some boxes */
export function hull(boxes) {
  /** @type {Box} */ const whole = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [west, south, east, north] of boxes) {
    whole[0] = Math.min(whole[0], west);
    whole[1] = Math.min(whole[1], south);
    whole[2] = Math.max(whole[2], east);
    whole[3] = Math.max(whole[3], north);
  }
  return whole;
}

export const meets = (a, b) => a[0] <= b[2] && b[0] <= a[2] && a[1] <= b[3] && b[1] <= a[3];

export const holds = (box, [x, y]) => box[0] <= x && x <= box[2] && box[1] <= y && y <= box[3];

const boxOf = (geometry) => hull(polygons(geometry).flatMap(([ring]) => ring.map(([x, y]) => [x, y, x, y])));

/** Where a parallel crosses some rings, from west to east: the inside lies between pairs. */
function crossings(rings, y) {
  const found = [];
  for (const ring of rings) {
    for (let i = 1; i < ring.length; i += 1) {
      const [x0, y0] = ring[i - 1];
      const [x1, y1] = ring[i];
      if (y0 > y !== y1 > y) found.push(x0 + ((y - y0) / (y1 - y0)) * (x1 - x0));
    }
  }
  return found.sort((a, b) => a - b);
}

/** Whether rings hold a point: an odd number of their crossings lies to its west. */
const inside = (rings, [x, y]) => crossings(rings, y).filter((crossing) => crossing < x).length % 2 === 1;

/** Whether one closed ring holds a point. */
export const insideRing = (ring, point) => inside([ring], point);

const ringsOf = (geometry) => polygons(geometry).flat();

/** A point well inside an area: the middle of the widest stretch along the middle parallel of its box. */
function anchorOf(geometry, box) {
  const y = (box[1] + box[3]) / 2;
  const xs = crossings(ringsOf(geometry), y);
  if (xs.length < 2) return [(box[0] + box[2]) / 2, y];
  let widest = 0;
  for (let i = 2; i + 1 < xs.length; i += 2) {
    if (xs[i + 1] - xs[i] > xs[widest + 1] - xs[widest]) widest = i;
  }
  return [(xs[widest] + xs[widest + 1]) / 2, y];
}

/** The areas of one level in one layout. */
export class Shapes {
  /**
   * @param {string} key names the level and layout: the source of a map carries it
   * @param {{features: any[]}} geojson a FeatureCollection of polygons with AreaProperties
   */
  constructor(key, geojson) {
    this.key = key;
    this.features = geojson.features.map((feature, id) => ({ ...feature, id }));
    this.ids = [...this.features.keys()];
    this.boxes = this.features.map((feature) => boxOf(feature.geometry));
    this.anchors = this.features.map((feature, id) => anchorOf(feature.geometry, this.boxes[id]));
    this.box = hull(this.boxes);
    this.surrounded = null; // the areas that `around` was last asked for
    this.positions = new Map(this.features.map((feature, id) => [feature.properties.code, id]));
  }

  /** @returns {AreaProperties} */
  properties(id) {
    return this.features[id].properties;
  }

  /** Id of an area, or -1 where this level has no such code. */
  find(code) {
    return this.positions.get(code) ?? -1;
  }

  /** Id of the area under a point, or -1. */
  at(point) {
    return this.boxes.findIndex((box, id) => (
      holds(box, point) && inside(ringsOf(this.features[id].geometry), point)));
  }

  /** Ids of the areas that meet a box. */
  within(box) {
    return this.ids.filter((id) => meets(this.boxes[id], box));
  }

  /** Corners of some areas: all that their outline can be. */
  corners(ids) {
    return ids.flatMap((id) => ringsOf(this.features[id].geometry).flat());
  }

  /** The line around some areas together, as segments: every edge that only one of them has. */
  around(ids) {
    if (String(ids) !== this.surrounded) {
      this.surrounded = String(ids);
      this.rim = edgesOf(ids.map((id) => this.features[id]))
        .filter(({ areas }) => areas.length === 1)
        .map(({ edge }) => edge);
    }
    return this.rim;
  }

  /** The middle of each borough: where its name stands in a layout without places. */
  boroughs() {
    const members = Map.groupBy(this.ids, (id) => this.properties(id).borough);
    return [...members].map(([text, ids]) => {
      const mean = (axis) => ids.reduce((sum, id) => sum + this.anchors[id][axis], 0) / ids.length;
      return { text, rank: 1, point: [mean(0), mean(1)] };
    });
  }
}

/** Ward and borough outlines from the shapes of these levels: each ring once, boroughs last so that they lie on top. */
export function outlinesOf(levels) {
  return Object.entries(levels).flatMap(([kind, shapes]) =>
    shapes.features.map(({ geometry }) => ({ type: "Feature", properties: { kind }, geometry })));
}

/** Every edge of some areas once, with the properties of those that have it: neighbours share their corners. */
function edgesOf(features) {
  const edges = new Map();
  const name = ([x, y]) => `${Math.round(x * 1e5)},${Math.round(y * 1e5)}`;
  for (const { geometry, properties } of features) {
    for (const ring of ringsOf(geometry)) {
      for (let i = 1; i < ring.length; i += 1) {
        const edge = [ring[i - 1], ring[i]];
        const key = edge.map(name).sort().join(" ");
        if (!edges.has(key)) edges.set(key, { edge, areas: [] });
        edges.get(key).areas.push(properties);
      }
    }
  }
  return [...edges.values()];
}

/**
 * Ward and borough outlines where there are no shapes of their own, as in a tile layout: every edge whose two sides lie
 * in different wards or boroughs, or that has one side only.
 */
export function outlinesBetween(shapes) {
  const edges = edgesOf(shapes.features);
  return ["ward", "borough"].map((kind) => ({
    type: "Feature",
    properties: { kind },
    geometry: {
      type: "MultiLineString",
      coordinates: edges.filter(({ areas: [a, b] }) => a[kind] !== b?.[kind]).map(({ edge }) => edge),
    },
  }));
}
