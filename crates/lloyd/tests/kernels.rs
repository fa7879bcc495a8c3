//! Every kernel: equal to its scalar twin bit for bit, and within the slack that it promises.

mod support;

use lloyd::assign::Lloyd;
use lloyd::exact::{exp2, magic};
use lloyd::kernel::pairs::{self, Fold, WIDTH};
use lloyd::kernel::{self, BLOCK, Block, Panel, Proposals, Shape, TILE, distance, propose, scalar};
use lloyd::rows::norm_squared;
use proptest::prelude::*;
use support::*;

fn shapes(d: usize, k: usize) -> Vec<Shape> {
    let mut shapes = vec![Shape::Points, Shape::Tall];
    if k <= 12 {
        shapes.push(Shape::Wide);
    }
    if d <= 4 {
        shapes.push(Shape::Small);
    }
    shapes
}

fn by_reference(panel: &Panel, rows: &[f32], out: &mut Proposals) {
    let d = panel.d;
    if panel.shape == Shape::Wide {
        return scalar::wide(panel, rows, out);
    }
    let mut lanes = vec![0.0; d * BLOCK];
    for (b, some) in rows.chunks(BLOCK * d).enumerate() {
        scalar::transpose_some(some, d, &mut lanes);
        scalar::points(panel, &lanes, b * BLOCK, out);
    }
}

proptest! {
    #[cfg_attr(not(target_arch = "wasm32"), test)]
    #[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
    fn distances_of_pairs_equal_their_reference_and_their_definition(
        kind in kinds(), n in 1usize..=40, d in 1usize..=70, seed in 0u64..1 << 40,
    ) {
        let rows: Vec<f64> = values(kind, n + WIDTH, d, seed).into_iter().map(|x| x as f64 / 3.0).collect();
        let (askers, others) = rows.split_at(WIDTH * d);
        let mut lanes = vec![0.0; WIDTH * (d + 1)];
        (0..WIDTH * d).for_each(|at| lanes[at % d * WIDTH + at / d] = askers[at]);
        let unit = |l: usize| -40 - l as i32;
        (0..WIDTH).for_each(|l| lanes[d * WIDTH + l] = magic(unit(l)));
        for fold in [Fold::Sum, Fold::Least, Fold::Most] {
            let (mut found, mut halves, mut expected) = (fold.none(), fold.none(), fold.none());
            pairs::fold(fold, &lanes, d, others, &mut found);
            scalar::pairs(fold, &lanes, d, others, &mut expected);
            prop_assert_eq!(found, expected);
            let (a, b) = others.split_at(n / 2 * d);
            for half in [b, a] {
                pairs::fold(fold, &lanes, d, half, &mut halves);
            }
            prop_assert_eq!(found, halves, "in another order");
        }
        let mut sums = Fold::Sum.none();
        pairs::fold(Fold::Sum, &lanes, d, others, &mut sums);
        for (l, (asker, sum)) in askers.chunks_exact(d).zip(sums).enumerate() {
            let exact: f64 = others.chunks_exact(d).map(|y| distance(asker, y).sqrt()).sum();
            let slack = n as f64 * exp2(unit(l)) + 1e-13 * exact;
            prop_assert!((sum as i64 as f64 * exp2(unit(l)) - exact).abs() <= slack);
        }
    }

    #[cfg_attr(not(target_arch = "wasm32"), test)]
    #[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
    fn mutual_sums_are_the_sums_of_either_side(
        kind in kinds(), n in 1usize..=40, d in 1usize..=70, some in 1usize..=WIDTH, seed in 0u64..1 << 40,
    ) {
        let rows: Vec<f64> = values(kind, n + WIDTH, d, seed).into_iter().map(|x| x as f64 / 3.0).collect();
        let (askers, others) = rows.split_at(WIDTH * d);
        let lanes_of = |rows: &[f64], unit: &dyn Fn(usize) -> i32, some: usize| {
            let mut lanes = vec![0.0; WIDTH * (d + 2)];
            for l in 0..WIDTH {
                let row = &rows[l.min(rows.len() / d - 1) * d..][..d];
                (0..d).for_each(|t| lanes[t * WIDTH + l] = row[t]);
                lanes[d * WIDTH + l] = magic(unit(l));
                lanes[(d + 1) * WIDTH + l] = if l < some { 1.0 } else { 0.0 };
            }
            lanes
        };
        let (unit, their_unit) = (|l: usize| -40 - l as i32, |i: usize| -35 - (i % 9) as i32);
        let lanes = lanes_of(askers, &unit, some);
        let units: Vec<f64> = (0..n).map(|i| magic(their_unit(i))).collect();
        let (mut found, mut theirs) = (Fold::Sum.none(), vec![7; n]);
        pairs::mutual(&lanes, d, others, &mut found, &units, &mut theirs);
        let (mut expected, mut expected_theirs) = (Fold::Sum.none(), vec![7; n]);
        scalar::mutual(&lanes, d, others, &mut expected, &units, &mut expected_theirs);
        prop_assert_eq!(found, expected);
        prop_assert_eq!(&theirs, &expected_theirs);
        let mut plain = Fold::Sum.none();
        pairs::fold(Fold::Sum, &lanes, d, others, &mut plain);
        prop_assert_eq!(found, plain);
        for (i, other) in others.chunks_exact(d).enumerate() {
            let lanes = lanes_of(other, &|_| their_unit(i), WIDTH);
            let mut turned = Fold::Sum.none();
            pairs::fold(Fold::Sum, &lanes, d, &askers[..some * d], &mut turned);
            prop_assert_eq!(theirs[i].wrapping_sub(7), turned[0], "row {}", i);
        }
    }
}

#[cfg(target_arch = "wasm32")]
#[wasm_bindgen_test::wasm_bindgen_test]
fn simd_is_there() {
    const { assert!(cfg!(target_feature = "simd128"), "these kernels are built without SIMD") };
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[cfg_attr(not(target_arch = "wasm32"), test)]
    #[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
    fn every_shape_equals_its_reference(
        kind in kinds(), n in 1usize..=TILE, d in 1usize..=300, k in 1usize..=40, seed in 0u64..1 << 40,
    ) {
        let rows = values(kind, n, d, seed);
        let centroids = centroids(&rows, d, k, seed);
        for shape in shapes(d, k) {
            let panel = Panel::pack_as(shape, &centroids, k, d);
            let (mut found, mut expected) = (Proposals::new(), Proposals::new());
            propose(&panel, &rows, &mut Block::new(d), &mut found);
            by_reference(&panel, &rows, &mut expected);
            for i in 0..n {
                prop_assert_eq!(found.index[i], expected.index[i], "{:?} row {}", shape, i);
                prop_assert_eq!(found.best[i].to_bits(), expected.best[i].to_bits(), "{:?} row {}", shape, i);
                prop_assert_eq!(found.second[i].to_bits(), expected.second[i].to_bits(), "{:?} row {}", shape, i);
            }
        }
    }

    #[cfg_attr(not(target_arch = "wasm32"), test)]
    #[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
    fn scores_stay_within_the_slack(
        kind in kinds(), n in 1usize..=TILE, d in 1usize..=300, k in 2usize..=20, seed in 0u64..1 << 40,
    ) {
        let rows = values(kind, n, d, seed);
        let centroids = centroids(&rows, d, k, seed);
        for shape in shapes(d, k) {
            let panel = Panel::pack_as(shape, &centroids, k, d);
            let (a, b) = panel.slack();
            let mut found = Proposals::new();
            propose(&panel, &rows, &mut Block::new(d), &mut found);
            for (i, row) in rows.chunks_exact(d).enumerate() {
                let c = &centroids[found.index[i] as usize * d..][..d];
                let exact: f64 = row.iter().zip(c).map(|(&x, &c)| x as f64 * c - 0.5 * c * c).sum();
                let error = (found.best[i] as f64 - exact).abs();
                prop_assert!(error <= a as f64 * norm_squared(row).sqrt() + b as f64, "{shape:?}: {error}");
            }
        }
    }

    #[cfg_attr(not(target_arch = "wasm32"), test)]
    #[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
    fn labels_are_the_nearest_centroids(
        kind in kinds(), n in 1usize..=TILE, d in 1usize..=70, k in 1usize..=300, seed in 0u64..1 << 40,
    ) {
        let rows = values(kind, n, d, seed);
        let norms: Vec<f32> = rows.chunks_exact(d).map(|r| norm_squared(r).sqrt() as f32 * (1.0 + 1e-6)).collect();
        let centroids = centroids(&rows, d, k, seed);
        let labels = *Lloyd::new(&centroids, k, d).tile(&rows, &norms);
        for (i, row) in rows.chunks_exact(d).enumerate() {
            prop_assert_eq!(labels[i], nearest(row, &centroids), "row {}", i);
        }
    }
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn centroids_beyond_f32_are_never_taken_for_near() {
    let rows = [0.5f32, -0.5, 0.25, 1.0];
    let norms = [1.0f32, 1.1];
    let centroids = [1e30, 1e30, 0.4, -0.4, -1e300, 0.0];
    let labels = *Lloyd::new(&centroids, 3, 2).tile(&rows, &norms);
    assert_eq!(labels[..2], [1, 1]);
}

proptest! {
    #[cfg_attr(not(target_arch = "wasm32"), test)]
    #[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
    fn loops_over_rows_equal_their_reference(kind in kinds(), d in 1usize..=70, seed in 0u64..1 << 40) {
        let values = values(kind, BLOCK + 3, d, seed);
        let (lanes, rows) = values.split_at(BLOCK * d);
        let (x, y) = (&rows[..d], &rows[d..2 * d]);
        let wide: Vec<f64> = y.iter().map(|&y| y as f64 / 3.0).collect();
        let bits = |v: &[f64]| v.iter().map(|v| v.to_bits()).collect::<Vec<_>>();
        let bits_32 = |v: &[f32]| v.iter().map(|v| v.to_bits()).collect::<Vec<_>>();

        prop_assert_eq!(distance(x, &wide).to_bits(), scalar::distance(x, &wide).to_bits());
        prop_assert_eq!(distance(&wide, &wide[..]), 0.0);
        prop_assert_eq!(kernel::dot(x, y).to_bits(), scalar::dot(x, y).to_bits());
        prop_assert_eq!(kernel::dot(&wide, &wide).to_bits(), scalar::dot(&wide, &wide).to_bits());
        prop_assert_eq!(kernel::score(x, y, -0.5).to_bits(), scalar::score_one(x, y, -0.5).to_bits());

        let mut near = [f32::INFINITY; BLOCK];
        near[3] = 0.25;
        let mut expected = near;
        kernel::closer(lanes, x, &mut near);
        scalar::closer(lanes, x, &mut expected);
        prop_assert_eq!(bits_32(&near), bits_32(&expected));

        let (mut min, mut max, mut finite) = (y.to_vec(), y.to_vec(), vec![0.0; d]);
        let (mut least, mut most, mut sound) = (min.clone(), max.clone(), finite.clone());
        let mut odd = x.to_vec();
        if seed % 3 == 0 {
            odd[seed as usize % d] = [f32::NAN, f32::INFINITY][seed as usize % 2];
        }
        kernel::extremes(&odd, &mut min, &mut max, &mut finite);
        scalar::extremes(&odd, &mut least, &mut most, &mut sound);
        prop_assert_eq!(bits_32(&min), bits_32(&least));
        prop_assert_eq!(bits_32(&max), bits_32(&most));
        prop_assert_eq!(finite.iter().map(|f| f.is_nan()).collect::<Vec<_>>(), sound.iter().map(|f| f.is_nan()).collect::<Vec<_>>());
        let (mut min, mut max, mut finite) = (vec![0.5; d], vec![-0.5; d], vec![0.0; d]);
        let (mut least, mut most, mut sound) = (min.clone(), max.clone(), finite.clone());
        kernel::extremes(&wide, &mut min, &mut max, &mut finite);
        scalar::extremes(&wide, &mut least, &mut most, &mut sound);
        prop_assert_eq!((bits(&min), bits(&max)), (bits(&least), bits(&most)));
        prop_assert_eq!(bits(&finite), bits(&sound));

        let magics: Vec<f64> = (0..d).map(|j| magic(-40 - (j % 7) as i32)).collect();
        let (mut found, mut expected) = (vec![0.0f32; d], vec![0.0f32; d]);
        kernel::place(x, &wide, 0.25, &magics, &mut found);
        scalar::place(x, &wide, 0.25, &magics, &mut expected);
        prop_assert_eq!(bits_32(&found), bits_32(&expected));
        kernel::add_scaled(&mut found, y, 0.3);
        scalar::add_scaled(&mut expected, y, 0.3);
        prop_assert_eq!(bits_32(&found), bits_32(&expected));

        let (mut found, mut expected) = (vec![0.0; 3 * d], vec![0.0; 3 * d]);
        let units = [magic(-20), magic(-45), magic(-70)];
        kernel::add(&mut found, x, -1.0);
        scalar::add(&mut expected, x, -1.0);
        kernel::add_parts(&mut found, d, &wide, 0.7, &units);
        scalar::add_parts(&mut expected, d, &wide, 0.7, &units);
        prop_assert_eq!(bits(&found), bits(&expected));

        let norms: Vec<f32> = x.iter().map(|x| x.abs()).collect();
        for shift in [0.0, 1e-3, 10.0] {
            let best: Vec<f32> = y.iter().map(|y| y + shift).collect();
            prop_assert_eq!(kernel::all_clear(&best, y, &norms, 1e-3, 1e-3), scalar::all_clear(&best, y, &norms, 1e-3, 1e-3));
        }
        let labels: Vec<u32> = (0..d as u32).collect();
        let mut others = labels.clone();
        prop_assert!(kernel::same(&labels, &others));
        others[seed as usize % d] += 1;
        prop_assert!(!kernel::same(&labels, &others));
        prop_assert_eq!(kernel::roots([2.0, wide[0].abs()]), [2.0f64.sqrt(), wide[0].abs().sqrt()]);
    }
}
