//! Places of the boxes and arrows of a graph: in layers from left to right, as Sugiyama, Tagawa and Toda describe it in
//! "Methods for Visual Understanding of Hierarchical System Structures" (1981).
//!
//! Circles are opened by turning arrows around, boxes get the layer of their longest path, and an arrow over several layers
//! gets an invisible box in each. The boxes of a layer are ordered by the mean of their neighbors, which leaves few
//! crossings. The same graph has the same layout.

use std::collections::BTreeSet;

/// The room between two layers, in which the arrows are.
const BETWEEN_LAYERS: f64 = 56.0;
/// The room between two boxes of a layer.
const BETWEEN_BOXES: f64 = 16.0;
/// The height of the invisible box of an arrow.
const ARROW_HEIGHT: f64 = 4.0;
/// How often layers are ordered by their neighbors. More changes hardly anything.
const ORDERINGS: usize = 12;
/// How often boxes are moved toward their neighbors.
const ALIGNMENTS: usize = 8;

/// A point, or a width and a height.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Pair {
    pub(super) x: f64,
    pub(super) y: f64,
}

/// The result.
#[derive(Debug, Default)]
pub(super) struct Layout {
    pub(super) size: Pair,
    /// The upper left corner of each box.
    pub(super) boxes: Vec<Pair>,
    /// The points that each arrow goes through; none for an arrow from a box to itself.
    pub(super) arrows: Vec<Vec<Pair>>,
}

/// A box, or the part of an arrow in a layer.
#[derive(Debug, Clone, Default)]
struct Vertex {
    layer: usize,
    size: Pair,
    /// The upper end.
    y: f64,
    /// The neighbors in the layer to the left, and in that to the right.
    left: Vec<usize>,
    right: Vec<usize>,
}

impl Vertex {
    fn middle(&self) -> f64 {
        self.y + self.size.y / 2.0
    }
}

/// Lays out boxes of these sizes, and arrows between them.
pub(super) fn layout(sizes: &[Pair], arrows: &[(usize, usize)]) -> Layout {
    if sizes.is_empty() {
        return Layout::default();
    }
    let forward = without_circles(sizes.len(), arrows);
    let layers = layers_of(sizes.len(), &forward);
    let mut vertices: Vec<Vertex> = sizes
        .iter()
        .zip(&layers)
        .map(|(size, layer)| Vertex { layer: *layer, size: *size, ..Vertex::default() })
        .collect();
    let chains: Vec<Vec<usize>> =
        forward.iter().map(|arrow| chain(&mut vertices, *arrow)).collect();
    let mut columns = vec![Vec::new(); layers.iter().max().map_or(1, |last| last + 1)];
    for (at, vertex) in vertices.iter().enumerate() {
        columns[vertex.layer].push(at);
    }
    order(&mut columns, &vertices);
    align(&columns, &mut vertices);
    let mut starts = Vec::with_capacity(columns.len());
    let mut x = 0.0;
    for column in &columns {
        let width = column.iter().map(|at| vertices[*at].size.x).fold(0.0, f64::max);
        starts.push((x, width));
        x += width + BETWEEN_LAYERS;
    }
    let top = vertices.iter().map(|it| it.y).fold(f64::INFINITY, f64::min);
    for vertex in &mut vertices {
        vertex.y -= top;
    }
    let height = vertices.iter().map(|it| it.y + it.size.y).fold(0.0, f64::max);
    let route = |(chain, original): (&Vec<usize>, &(usize, usize))| {
        let mut points = Vec::new();
        for (place, at) in chain.iter().enumerate() {
            let (vertex, (start, width)) = (&vertices[*at], starts[vertices[*at].layer]);
            let y = vertex.middle();
            if place > 0 {
                points.push(Pair { x: start, y });
            }
            if place + 1 < chain.len() {
                // A box may be narrower than its layer, and no arrow bends over its neighbors.
                if *at < sizes.len() && vertex.size.x < width {
                    points.push(Pair { x: start + vertex.size.x, y });
                }
                points.push(Pair { x: start + width, y });
            }
        }
        if chain.first() != Some(&original.0) {
            points.reverse();
        }
        points
    };
    let boxes = vertices[..sizes.len()].iter().map(|it| Pair { x: starts[it.layer].0, y: it.y });
    Layout {
        size: Pair { x: x - BETWEEN_LAYERS, y: height },
        boxes: boxes.collect(),
        arrows: chains.iter().zip(arrows).map(route).collect(),
    }
}

/// The arrows, with some of them turned around so that none leads back.
fn without_circles(count: usize, arrows: &[(usize, usize)]) -> Vec<(usize, usize)> {
    let mut next: Vec<BTreeSet<usize>> = vec![BTreeSet::new(); count];
    for (from, to) in arrows {
        next[*from].insert(*to);
    }
    // 0: not seen, 1: on the way, 2: done.
    let mut marks = vec![0_u8; count];
    let mut back = BTreeSet::new();
    for start in 0..count {
        if marks[start] != 0 {
            continue;
        }
        marks[start] = 1;
        let mut way = vec![(start, next[start].iter())];
        while let Some((at, rest)) = way.last_mut() {
            let at = *at;
            match rest.next() {
                None => {
                    marks[at] = 2;
                    way.pop();
                }
                Some(to) if marks[*to] == 1 => drop(back.insert((at, *to))),
                Some(to) if marks[*to] == 0 => {
                    marks[*to] = 1;
                    way.push((*to, next[*to].iter()));
                }
                Some(_) => {}
            }
        }
    }
    let turned = |(from, to): &(usize, usize)| {
        if back.contains(&(*from, *to)) { (*to, *from) } else { (*from, *to) }
    };
    arrows.iter().map(turned).collect()
}

/// The layer of each box: that of its longest path, and next to its first neighbor to the right if nothing leads to it.
fn layers_of(count: usize, arrows: &[(usize, usize)]) -> Vec<usize> {
    let mut next = vec![Vec::new(); count];
    let mut missing = vec![0; count];
    for (from, to) in arrows.iter().filter(|(from, to)| from != to) {
        next[*from].push(*to);
        missing[*to] += 1;
    }
    let is_first: Vec<bool> = missing.iter().map(|it| *it == 0).collect();
    let mut layers = vec![0_usize; count];
    let mut ready: Vec<usize> = (0..count).filter(|at| missing[*at] == 0).collect();
    while let Some(at) = ready.pop() {
        for to in &next[at] {
            layers[*to] = layers[*to].max(layers[at] + 1);
            missing[*to] -= 1;
            if missing[*to] == 0 {
                ready.push(*to);
            }
        }
    }
    for at in (0..count).filter(|at| is_first[*at]) {
        if let Some(nearest) = next[at].iter().map(|to| layers[*to]).min() {
            layers[at] = nearest.saturating_sub(1);
        }
    }
    layers
}

/// Connects both ends of an arrow by invisible boxes in the layers between, and returns all of them; the box alone for an
/// arrow to itself.
fn chain(vertices: &mut Vec<Vertex>, (from, to): (usize, usize)) -> Vec<usize> {
    let mut chain = vec![from];
    for layer in vertices[from].layer + 1..vertices[to].layer {
        let size = Pair { x: 0.0, y: ARROW_HEIGHT };
        vertices.push(Vertex { layer, size, ..Vertex::default() });
        chain.push(vertices.len() - 1);
    }
    if from != to {
        chain.push(to);
    }
    for pair in chain.windows(2) {
        vertices[pair[0]].right.push(pair[1]);
        vertices[pair[1]].left.push(pair[0]);
    }
    chain
}

/// Orders each layer by the mean places of neighbors, in turns from both sides, and keeps the order with the fewest
/// crossings.
fn order(columns: &mut Vec<Vec<usize>>, vertices: &[Vertex]) {
    let mut best = (crossings(columns, vertices), columns.clone());
    let mut places = vec![0; vertices.len()];
    for turn in 0..ORDERINGS {
        if best.0 == 0 {
            break;
        }
        let is_rightward = turn % 2 == 0;
        let layers = 0..columns.len();
        let layers: Vec<usize> =
            if is_rightward { layers.collect() } else { layers.rev().collect() };
        for layer in layers {
            for (place, at) in columns[layer].iter().enumerate() {
                places[*at] = place;
            }
            let mean = |at: &usize| {
                let vertex = &vertices[*at];
                let near = if is_rightward { &vertex.left } else { &vertex.right };
                mean(near.iter().map(|it| number(places[*it])))
                    .unwrap_or_else(|| number(places[*at]))
            };
            let mut sorted: Vec<(f64, usize)> =
                columns[layer].iter().map(|at| (mean(at), *at)).collect();
            sorted.sort_by(|one, other| one.0.total_cmp(&other.0));
            columns[layer] = sorted.into_iter().map(|(_, at)| at).collect();
            for (place, at) in columns[layer].iter().enumerate() {
                places[*at] = place;
            }
        }
        let count = crossings(columns, vertices);
        if count < best.0 {
            best = (count, columns.clone());
        }
    }
    *columns = best.1;
}

/// How many pairs of arrows cross.
fn crossings(columns: &[Vec<usize>], vertices: &[Vertex]) -> usize {
    let mut places = vec![0; vertices.len()];
    for column in columns {
        for (place, at) in column.iter().enumerate() {
            places[*at] = place;
        }
    }
    let mut crossings = 0;
    for (layer, column) in columns.iter().enumerate() {
        // Counts, with a Fenwick tree, the arrows from above that end below.
        let height = columns.get(layer + 1).map_or(0, Vec::len);
        let mut tree = vec![0_usize; height + 1];
        let mut total = 0;
        for at in column {
            let mut ends: Vec<usize> = vertices[*at].right.iter().map(|to| places[*to]).collect();
            ends.sort_unstable();
            for end in &ends {
                let (mut index, mut upto) = (end + 1, 0);
                while index > 0 {
                    upto += tree[index];
                    index &= index - 1;
                }
                crossings += total - upto;
            }
            for end in ends {
                let mut index = end + 1;
                while index <= height {
                    tree[index] += 1;
                    index += index & index.wrapping_neg();
                }
                total += 1;
            }
        }
    }
    crossings
}

/// Moves the boxes of each layer toward the middle of their neighbors, in their order and without overlap.
fn align(columns: &[Vec<usize>], vertices: &mut [Vertex]) {
    for column in columns {
        let mut y = 0.0;
        for at in column {
            vertices[*at].y = y;
            y += vertices[*at].size.y + BETWEEN_BOXES;
        }
    }
    for turn in 0..ALIGNMENTS {
        let is_rightward = turn % 2 == 0;
        let layers = 0..columns.len();
        let layers: Vec<usize> =
            if is_rightward { layers.collect() } else { layers.rev().collect() };
        for layer in layers {
            let wish = |at: &usize| {
                let vertex = &vertices[*at];
                let near = if is_rightward { &vertex.left } else { &vertex.right };
                let middle = mean(near.iter().map(|it| vertices[*it].middle()));
                middle.map_or(vertex.y, |it| it - vertex.size.y / 2.0)
            };
            let wishes: Vec<f64> = columns[layer].iter().map(wish).collect();
            let heights: Vec<f64> =
                columns[layer].iter().map(|at| vertices[*at].size.y + BETWEEN_BOXES).collect();
            for (at, y) in columns[layer].iter().zip(nearest(&wishes, &heights)) {
                vertices[*at].y = y;
            }
        }
    }
}

/// The places nearest to the wishes (by least squares) at which things of these heights follow each other: pools of
/// neighbors that collide share the mean of their wishes.
fn nearest(wishes: &[f64], heights: &[f64]) -> Vec<f64> {
    let mut offsets = Vec::with_capacity(wishes.len());
    let mut offset = 0.0;
    for height in heights {
        offsets.push(offset);
        offset += height;
    }
    // The sum and the number of each pool.
    let mut pools: Vec<(f64, usize)> = Vec::new();
    for (wish, offset) in wishes.iter().zip(&offsets) {
        pools.push((wish - offset, 1));
        while let [.., one, other] = pools.as_slice()
            && one.0 / number(one.1) > other.0 / number(other.1)
        {
            let joined = (one.0 + other.0, one.1 + other.1);
            pools.truncate(pools.len() - 2);
            pools.push(joined);
        }
    }
    let means = pools.iter().flat_map(|(sum, count)| {
        let mean = sum / number(*count);
        std::iter::repeat_n(mean, *count)
    });
    means.zip(offsets).map(|(mean, offset)| mean + offset).collect()
}

fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (sum, count) = values.fold((0.0, 0), |(sum, count), it| (sum + it, count + 1));
    (count > 0).then(|| sum / number(count))
}

/// A number of things as a measure.
#[expect(clippy::cast_precision_loss, reason = "no graph has so many boxes")]
pub(super) const fn number(count: usize) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOX: Pair = Pair { x: 100.0, y: 40.0 };

    /// Asserts that no two boxes overlap, that arrows begin and end at their boxes, and that everything is inside.
    #[track_caller]
    fn is_sound(count: usize, arrows: &[(usize, usize)]) -> Layout {
        let layout = layout(&vec![BOX; count], arrows);
        for (at, one) in layout.boxes.iter().enumerate() {
            assert!(one.x >= 0.0 && one.x + BOX.x <= layout.size.x + 0.001, "{at}");
            assert!(one.y >= 0.0 && one.y + BOX.y <= layout.size.y + 0.001, "{at}");
            for other in &layout.boxes[..at] {
                let is_beside = (one.x - other.x).abs() >= BOX.x;
                assert!(is_beside || (one.y - other.y).abs() >= BOX.y - 0.001, "{one:?} {other:?}");
            }
        }
        for ((from, to), points) in arrows.iter().zip(&layout.arrows) {
            if from == to {
                assert!(points.is_empty());
                continue;
            }
            let [from, to] = [from, to].map(|at| layout.boxes[*at]);
            let (first, last) = (points[0], points[points.len() - 1]);
            let touches = |at: Pair, it: Pair| {
                let is_same = |one: f64, other: f64| (one - other).abs() < 0.001;
                (is_same(at.x, it.x) || is_same(at.x + BOX.x, it.x))
                    && is_same(at.y + BOX.y / 2.0, it.y)
            };
            assert!(touches(from, first) && touches(to, last), "{from:?} {to:?} {points:?}");
        }
        layout
    }

    #[test]
    fn nothing_and_one_box_have_a_layout() {
        assert_eq!(layout(&[], &[]).size, Pair::default());
        assert_eq!(is_sound(1, &[]).size, BOX);
        assert_eq!(is_sound(1, &[(0, 0)]).size, BOX);
    }

    #[test]
    fn arrows_lead_to_the_right_but_for_one_of_a_circle() {
        let layout = is_sound(4, &[(0, 1), (1, 2), (2, 0), (0, 3), (3, 2)]);
        let x: Vec<f64> = layout.boxes.iter().map(|it| it.x).collect();
        assert_eq!(x, [0.0, 156.0, 312.0, 156.0]);
        // It leads back, from the left side of one to the right side of the other.
        let back = &layout.arrows[2];
        assert_eq!((back[0].x, back[back.len() - 1].x), (312.0, 100.0));
    }

    #[test]
    fn no_arrow_bends_before_the_end_of_its_layer() {
        let narrow = Pair { x: 50.0, ..BOX };
        let layout = layout(&[BOX, narrow, BOX], &[(0, 2), (1, 2)]);
        let x = |arrow: usize| layout.arrows[arrow].iter().map(|it| it.x).collect::<Vec<_>>();
        assert_eq!((x(0), x(1)), (vec![100.0, 156.0], vec![50.0, 100.0, 156.0]));
    }

    #[test]
    fn a_box_is_beside_the_one_that_it_leads_to() {
        // 3 leads to the end of a chain alone.
        let layout = is_sound(4, &[(0, 1), (1, 2), (3, 2)]);
        let [one, other] = [3, 1].map(|at| layout.boxes[at]);
        assert_eq!(Pair { y: 0.0, ..one }, Pair { y: 0.0, ..other });
    }

    #[test]
    fn crossings_that_can_be_avoided_are() {
        let layout = is_sound(6, &[(0, 5), (1, 4), (2, 3)]);
        let mut left: Vec<usize> = vec![0, 1, 2];
        left.sort_by(|one, other| layout.boxes[*one].y.total_cmp(&layout.boxes[*other].y));
        let right = left.iter().map(|at| layout.boxes[5 - at].y);
        assert!(right.is_sorted(), "{:?}", layout.boxes);
    }

    #[test]
    fn tangled_graphs_are_sound_and_stay_the_same() {
        let mut state = 7_usize;
        let mut draw = |below: usize| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % below
        };
        for count in [2, 5, 17, 60] {
            let arrows: Vec<(usize, usize)> =
                (0..count * 2).map(|_| (draw(count), draw(count))).collect();
            let one = is_sound(count, &arrows);
            assert_eq!(one.boxes, layout(&vec![BOX; count], &arrows).boxes);
        }
    }

    #[test]
    fn things_that_collide_share_the_room() {
        assert_eq!(nearest(&[0.0, 0.0, 100.0], &[10.0, 10.0, 10.0]), [-5.0, 5.0, 100.0]);
        assert_eq!(nearest(&[], &[]), [0.0; 0]);
    }
}
